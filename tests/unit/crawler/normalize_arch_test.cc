#include <gtest/gtest.h>

#include "crawler/normalize/arch.h"

namespace cis::crawler {
namespace {

TEST(Arch, ParsesSpellingsOfOneArchitecture) {
  EXPECT_EQ(ParseArch("amd64"), "x86_64");
  EXPECT_EQ(ParseArch(" X86-64 "), "x86_64");
  EXPECT_EQ(ParseArch("arm64"), "aarch64");
  EXPECT_EQ(ParseArch("i386"), "i686");
  EXPECT_EQ(ParseArch("ppc64el"), "ppc64le");
}

TEST(Arch, UnknownTextIsNoArchitecture) {
  EXPECT_EQ(ParseArch(""), "");
  EXPECT_EQ(ParseArch("sparc"), "");
  EXPECT_EQ(ParseArch("x86_64 or so"), "");
}

TEST(Arch, NovaRefusesArm64) {
  EXPECT_TRUE(IsNovaArch("aarch64"));
  EXPECT_TRUE(IsNovaArch("amd64"));
  EXPECT_FALSE(IsNovaArch("arm64"));
  EXPECT_FALSE(IsNovaArch("something"));
}

TEST(Arch, FindsOnlyWholeWords) {
  EXPECT_TRUE(FindArchMentions("archlinux").empty());
  EXPECT_TRUE(FindArchMentions("ax64b").empty());
  const auto mentions = FindArchMentions("arch-aarch64");
  ASSERT_EQ(mentions.size(), 1U);
  EXPECT_EQ(mentions[0].arch, "aarch64");
  EXPECT_TRUE(mentions[0].exact);
}

TEST(Arch, TakesTheLongestSpelling) {
  const auto mentions = FindArchMentions("image x86_64");
  ASSERT_EQ(mentions.size(), 1U);
  EXPECT_EQ(mentions[0].arch, "x86_64");
  const auto bare = FindArchMentions("windows x86");
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_EQ(bare[0].arch, "i686");
  EXPECT_FALSE(bare[0].exact);
}

TEST(Arch, X86AloneIsAmbiguousButForWindows) {
  EXPECT_EQ(ParseArch("x86"), "");
  const auto mentions = FindArchMentions("windows x86");
  ASSERT_EQ(mentions.size(), 1U);
  EXPECT_TRUE(mentions[0].windows_only);
  EXPECT_FALSE(FindArchMentions("linux x86_64")[0].windows_only);
}

}  // namespace
}  // namespace cis::crawler
