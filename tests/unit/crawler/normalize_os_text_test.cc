// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/os_text.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

TEST(OsText, ReadsNameReleaseAndCodename) {
  const OsGuess guess = ParseOsText(CompiledRules(), "Ubuntu 22.04 LTS (Jammy) amd64");
  EXPECT_EQ(guess.distro, "ubuntu");
  EXPECT_EQ(guess.version, "22.04");
  EXPECT_EQ(guess.codename, "jammy");
  EXPECT_EQ(guess.arch, "x86_64");
  EXPECT_FALSE(guess.codename_only);
  EXPECT_TRUE(guess.leftovers.empty());
}

TEST(OsText, CodenameAloneIsMarked) {
  const OsGuess guess = ParseOsText(CompiledRules(), "ubuntu-jammy");
  EXPECT_EQ(guess.version, "22.04");
  EXPECT_TRUE(guess.codename_only);
}

TEST(OsText, CommonWordsAreNoCodenames) {
  for (const char* text : {"johndoe-noble-test", "focal plane analysis", "precise timing"}) {
    EXPECT_EQ(ParseOsText(CompiledRules(), text).distro, "") << text;
  }
}

TEST(OsText, SeveralSystemsAreAConflict) {
  const OsGuess guess = ParseOsText(CompiledRules(), "Debian 12 or Ubuntu 22.04");
  EXPECT_TRUE(guess.conflict);
  EXPECT_EQ(guess.distro, "");
}

TEST(OsText, ABracketDecides) {
  const OsGuess guess =
      ParseOsText(CompiledRules(), "Image for Debian tools [Ubuntu/20.04/VirtualBox]");
  EXPECT_EQ(guess.distro, "ubuntu");
  EXPECT_EQ(guess.version, "20.04");
}

TEST(OsText, NarrowerNamesReplaceBroaderOnes) {
  EXPECT_EQ(ParseOsText(CompiledRules(), "CernVM [Scientific Linux/6/KVM]").distro, "cernvm");
  EXPECT_EQ(ParseOsText(CompiledRules(), "Rocky 9 (rhel)").distro, "rocky");
}

TEST(OsText, LeftoversAreWhatNothingExplains) {
  EXPECT_THAT(ParseOsText(CompiledRules(), "FedCloud Ubuntu 22.04").leftovers,
              testing::ElementsAre("fedcloud"));
}

TEST(OsText, ReadsAValueOfAKnownDistribution) {
  EXPECT_EQ(ParseOsTextOf(CompiledRules(), "ubuntu", "22.04.4 LTS").version, "22.04");
  EXPECT_EQ(ParseOsTextOf(CompiledRules(), "ubuntu", "jammy").version, "22.04");
  EXPECT_EQ(ParseOsTextOf(CompiledRules(), "rocky", "v9.3").version, "9.3");
  EXPECT_EQ(ParseOsTextOf(CompiledRules(), "ubuntu", "0.6.3").version, "");
}

TEST(OsText, CompatibleVersionsAgreeInTheirCommonParts) {
  EXPECT_TRUE(CompatibleVersions("9", "9.4"));
  EXPECT_TRUE(CompatibleVersions("9.4", "9.4"));
  EXPECT_FALSE(CompatibleVersions("9", "90"));
  EXPECT_FALSE(CompatibleVersions("22.04", "20.04"));
}

TEST(OsTables, LaterReleasesOfCentosAreCentosStream) {
  bool from_date = false;
  EXPECT_EQ(CompiledRules().os.SuccessorOf("centos", "9", "", &from_date), "centos-stream");
  EXPECT_FALSE(from_date);
  EXPECT_EQ(CompiledRules().os.SuccessorOf("centos", "8.5", "2024-01-01", &from_date),
            "centos-stream");
  EXPECT_TRUE(from_date);
  EXPECT_EQ(CompiledRules().os.SuccessorOf("centos", "8", "2021-01-01", &from_date), "centos");
  EXPECT_EQ(CompiledRules().os.SuccessorOf("centos", "7", "2024-01-01", &from_date), "centos");
  EXPECT_EQ(CompiledRules().os.SuccessorOf("rocky", "9", "2024-01-01", &from_date), "rocky");
}

TEST(OsTables, VendorLoginsOnlyWhereBuildsAgree) {
  EXPECT_EQ(CompiledRules().os.VendorLogin("ubuntu", "24.04", ""), "ubuntu");
  EXPECT_EQ(CompiledRules().os.VendorLogin("centos", "7.9", ""), "centos");
  EXPECT_EQ(CompiledRules().os.VendorLogin("centos", "6.8", ""), "");
  EXPECT_EQ(CompiledRules().os.VendorLogin("centos", "", ""), "");
  EXPECT_EQ(CompiledRules().os.VendorLogin("centos-stream", "9", ""), "cloud-user");
  EXPECT_EQ(CompiledRules().os.VendorLogin("debian", "12", "debian-12-nocloud-amd64"), "");
  EXPECT_EQ(CompiledRules().os.VendorLogin("windows", "2022", ""), "");
  EXPECT_TRUE(CompiledRules().os.IsRejectedLogin("fedora-coreos", "coreos"));
  EXPECT_TRUE(CompiledRules().os.IsRejectedLogin("", "linux"));
  EXPECT_FALSE(CompiledRules().os.IsRejectedLogin("ubuntu", "ubuntu"));
}

TEST(OsTables, MinorsShareTheLifeOfTheirMajor) {
  ASSERT_NE(CompiledRules().os.FindRelease("rocky", "9.4"), nullptr);
  EXPECT_EQ(CompiledRules().os.FindRelease("rocky", "9.4")->eol_date, "2032-05-31");
  EXPECT_EQ(CompiledRules().os.FindRelease("ubuntu", "22"), nullptr);
  EXPECT_EQ(CompiledRules().os.FindRelease("windows", "2012 r2")->version, "2012 r2");
}

}  // namespace
}  // namespace cis::crawler
