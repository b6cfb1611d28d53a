// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "crawler/normalize/arch.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

TEST(Arch, ParsesSpellingsOfOneArchitecture) {
  EXPECT_EQ(CompiledRules().arch.Parse("amd64"), "x86_64");
  EXPECT_EQ(CompiledRules().arch.Parse(" X86-64 "), "x86_64");
  EXPECT_EQ(CompiledRules().arch.Parse("arm64"), "aarch64");
  EXPECT_EQ(CompiledRules().arch.Parse("i386"), "i686");
  EXPECT_EQ(CompiledRules().arch.Parse("ppc64el"), "ppc64le");
}

TEST(Arch, UnknownTextIsNoArchitecture) {
  EXPECT_EQ(CompiledRules().arch.Parse(""), "");
  EXPECT_EQ(CompiledRules().arch.Parse("sparc"), "");
  EXPECT_EQ(CompiledRules().arch.Parse("x86_64 or so"), "");
}

TEST(Arch, NovaRefusesArm64) {
  EXPECT_TRUE(CompiledRules().arch.IsNova("aarch64"));
  EXPECT_TRUE(CompiledRules().arch.IsNova("amd64"));
  EXPECT_FALSE(CompiledRules().arch.IsNova("arm64"));
  EXPECT_FALSE(CompiledRules().arch.IsNova("something"));
}

TEST(Arch, FindsOnlyWholeWords) {
  EXPECT_TRUE(CompiledRules().arch.FindMentions("archlinux").empty());
  EXPECT_TRUE(CompiledRules().arch.FindMentions("ax64b").empty());
  const auto mentions = CompiledRules().arch.FindMentions("arch-aarch64");
  ASSERT_EQ(mentions.size(), 1U);
  EXPECT_EQ(mentions[0].arch, "aarch64");
  EXPECT_TRUE(mentions[0].exact);
}

TEST(Arch, TakesTheLongestSpelling) {
  const auto mentions = CompiledRules().arch.FindMentions("image x86_64");
  ASSERT_EQ(mentions.size(), 1U);
  EXPECT_EQ(mentions[0].arch, "x86_64");
  const auto bare = CompiledRules().arch.FindMentions("windows x86");
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_EQ(bare[0].arch, "i686");
  EXPECT_FALSE(bare[0].exact);
}

TEST(Arch, X86AloneIsAmbiguousButForWindows) {
  EXPECT_EQ(CompiledRules().arch.Parse("x86"), "");
  const auto mentions = CompiledRules().arch.FindMentions("windows x86");
  ASSERT_EQ(mentions.size(), 1U);
  EXPECT_TRUE(mentions[0].windows_only);
  EXPECT_FALSE(CompiledRules().arch.FindMentions("linux x86_64")[0].windows_only);
}

}  // namespace
}  // namespace cis::crawler
