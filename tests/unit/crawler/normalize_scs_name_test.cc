// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "crawler/normalize/scs_name.h"

namespace cis::crawler {
namespace {

TEST(ScsName, ParsesTheWholeGrammar) {
  const auto name = ParseScsName("SCS-16T-64.5-3x200s_kvm_hwv_i3h_GNa-72h-24h_ib");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->cpu_count, 16);
  EXPECT_EQ(name->cpu_suffix, 'T');
  EXPECT_DOUBLE_EQ(name->ram_gib, 64.5);
  EXPECT_EQ(name->disk_count, 3);
  EXPECT_EQ(name->disk_gib, 200);
  EXPECT_EQ(name->disk_kind, 's');
  EXPECT_EQ(name->cpu_vendor, 'i');
  EXPECT_EQ(name->gpu_kind, 'G');
  EXPECT_EQ(name->gpu_vendor, 'N');
  EXPECT_EQ(name->gpu_memory_gib, 24);
  EXPECT_TRUE(name->infiniband);
}

TEST(ScsName, AcceptsWhatTheStandardAccepts) {
  for (const char* text :
       {"SCS-4V-16-50", "SCS-8Ti-32-50p_i1", "SCS-16T-64-200s_GNa-72-24_ib", "SCS-4C-16-2x200p_a1",
        "SCS-1V-0.5", "SCS-2C-4-", "SCS-2C-4-n_bms_z3h", "SCS-2C-4-_ib", "SCS-2C-4-3x10s_bms_z3"}) {
    EXPECT_TRUE(ParseScsName(text).has_value()) << text;
  }
}

TEST(ScsName, RejectsWhatTheStandardRejects) {
  for (const char* text :
       {"SCS-2-4-10n", "SCS-2iT-4-10n", "SCS-2C-4ou-10n", "SCS-2C-4-10_hwv_xen", "SCS-2C-4-1.5n",
        "SCS-2V-1.3-5", "SCS-2V:4-20", "SCS-2V:4:20_a1", "SCS-", "m1.small", "", "SCS-0V-1",
        "SCS-2V-0", "SCS-2V-4-10_", "SCS-99999999999V-1"}) {
    EXPECT_FALSE(ParseScsName(text).has_value()) << text;
  }
}

TEST(ScsName, ReadsTheFirstVersionOfTheStandard) {
  const auto name = ParseScsName("SCS-16T:64:200s-a1-GNa:72:24-ib");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->cpu_count, 16);
  EXPECT_EQ(name->ram_gib, 64);
  EXPECT_EQ(name->disk_gib, 200);
  EXPECT_EQ(name->cpu_vendor, 'a');
  EXPECT_EQ(name->gpu_generation, "a");
  EXPECT_EQ(name->gpu_unit_count, 72);
  EXPECT_TRUE(name->infiniband);
}

TEST(ScsName, FindsNamesInExtraSpecs) {
  using Specs = std::map<std::string, std::string>;
  const Specs specs = {{"scs:name-v1", "SCS-2V:4:20"}, {"scs:name-v2", "SCS-2T-4-20"}};
  ASSERT_TRUE(FindScsName("m1.small", specs).has_value());
  EXPECT_EQ(FindScsName("m1.small", specs)->cpu_suffix, 'T') << "the newest version counts";
  EXPECT_EQ(FindScsName("SCS-8L-16", specs)->cpu_count, 8) << "the name itself comes first";
  EXPECT_FALSE(FindScsName("m1.small", Specs{{"scs:name-v2", "large"}}).has_value());
  EXPECT_FALSE(FindScsName("m1.small", std::nullopt).has_value());
}

TEST(ScsName, DistinguishesVolumesFromUnstatedDisks) {
  EXPECT_FALSE(ParseScsName("SCS-1V-4")->has_disk);
  EXPECT_TRUE(ParseScsName("SCS-1V-4-")->has_disk);
  EXPECT_FALSE(ParseScsName("SCS-1V-4-")->disk_gib.has_value());
}

}  // namespace
}  // namespace cis::crawler
