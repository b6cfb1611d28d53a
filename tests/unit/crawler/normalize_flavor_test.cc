#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crawler/normalize/flavor.h"

namespace cis {
namespace {

using nlohmann::json;

TEST(Flavor, ExtraSpecsAskedForApartWinOverInlineOnes) {
  const json record = {{"id", "1"}, {"name", "a"}, {"extra_specs", json::object()}};
  const auto flavor = NormalizeFlavor(record, "flavors/0", ExtraSpecs{{"resources:VGPU", "1"}});
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->gpu_count, 1);
  EXPECT_EQ(flavor->gpu_kind, "vgpu");
}

TEST(Flavor, UnknownExtraSpecsAreNotNone) {
  const auto flavor = NormalizeFlavor({{"id", "1"}, {"name", "a"}}, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_FALSE(flavor->extra_specs.has_value());
  EXPECT_FALSE(flavor->gpu_count.has_value());
  EXPECT_EQ(flavor->cpu_alloc, "");
}

TEST(Flavor, ReadsBaremetalFlavors) {
  const json record = {{"id", "1"},
                       {"name", "bm"},
                       {"extra_specs",
                        {{"resources:CUSTOM_BAREMETAL_GOLD", "1"},
                         {"resources:VCPU", "0"},
                         {"resources:MEMORY_MB", "0"}}}};
  const auto flavor = NormalizeFlavor(record, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_TRUE(flavor->baremetal);
  EXPECT_EQ(flavor->gpu_count, 0);
}

TEST(Flavor, KeepsIdAndNameUnchanged) {
  const json record = {{"id", " Odd Id/1 "}, {"name", "de.NBI GPU V100 medium"}};
  const auto flavor = NormalizeFlavor(record, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->id, " Odd Id/1 ");
  EXPECT_EQ(flavor->name, "de.NBI GPU V100 medium");
  EXPECT_EQ(flavor->gpu_model, "V100");
}

TEST(Flavor, GpuMemoryIsMib) {
  const json record = {
      {"id", "1"},
      {"extra_specs",
       {{"Accelerator:Type", "GPU"}, {"Accelerator:Memory", "5"}, {"Accelerator:Number", "1"}}}};
  const auto flavor = NormalizeFlavor(record, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->gpu_memory_mib, 5 * 1024);
}

TEST(Flavor, NeedsAnIdOrAName) {
  EXPECT_EQ(NormalizeFlavor({{"ram", 1}}, "flavors/7", std::nullopt).status().message(),
            "flavors/7: /id is missing; a flavor needs an id or a name");
  EXPECT_FALSE(NormalizeFlavor(json::array(), "flavors/7", std::nullopt).ok());
}

}  // namespace
}  // namespace cis
