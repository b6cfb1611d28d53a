#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/os_text.h"

namespace cis::crawler {
namespace {

TEST(OsText, ReadsNameReleaseAndCodename) {
  const OsGuess guess = ParseOsText("Ubuntu 22.04 LTS (Jammy) amd64");
  EXPECT_EQ(guess.distro, "ubuntu");
  EXPECT_EQ(guess.version, "22.04");
  EXPECT_EQ(guess.codename, "jammy");
  EXPECT_EQ(guess.arch, "x86_64");
  EXPECT_FALSE(guess.codename_only);
  EXPECT_TRUE(guess.leftovers.empty());
}

TEST(OsText, CodenameAloneIsMarked) {
  const OsGuess guess = ParseOsText("ubuntu-jammy");
  EXPECT_EQ(guess.version, "22.04");
  EXPECT_TRUE(guess.codename_only);
}

TEST(OsText, CommonWordsAreNoCodenames) {
  for (const char* text : {"johndoe-noble-test", "focal plane analysis", "precise timing"}) {
    EXPECT_EQ(ParseOsText(text).distro, "") << text;
  }
}

TEST(OsText, SeveralSystemsAreAConflict) {
  const OsGuess guess = ParseOsText("Debian 12 or Ubuntu 22.04");
  EXPECT_TRUE(guess.conflict);
  EXPECT_EQ(guess.distro, "");
}

TEST(OsText, ABracketDecides) {
  const OsGuess guess = ParseOsText("Image for Debian tools [Ubuntu/20.04/VirtualBox]");
  EXPECT_EQ(guess.distro, "ubuntu");
  EXPECT_EQ(guess.version, "20.04");
}

TEST(OsText, NarrowerNamesReplaceBroaderOnes) {
  EXPECT_EQ(ParseOsText("CernVM [Scientific Linux/6/KVM]").distro, "cernvm");
  EXPECT_EQ(ParseOsText("Rocky 9 (rhel)").distro, "rocky");
}

TEST(OsText, LeftoversAreWhatNothingExplains) {
  EXPECT_THAT(ParseOsText("FedCloud Ubuntu 22.04").leftovers, testing::ElementsAre("fedcloud"));
}

TEST(OsText, ReadsAValueOfAKnownDistribution) {
  EXPECT_EQ(ParseOsTextOf("ubuntu", "22.04.4 LTS").version, "22.04");
  EXPECT_EQ(ParseOsTextOf("ubuntu", "jammy").version, "22.04");
  EXPECT_EQ(ParseOsTextOf("rocky", "v9.3").version, "9.3");
  EXPECT_EQ(ParseOsTextOf("ubuntu", "0.6.3").version, "");
}

TEST(OsText, CompatibleVersionsAgreeInTheirCommonParts) {
  EXPECT_TRUE(CompatibleVersions("9", "9.4"));
  EXPECT_TRUE(CompatibleVersions("9.4", "9.4"));
  EXPECT_FALSE(CompatibleVersions("9", "90"));
  EXPECT_FALSE(CompatibleVersions("22.04", "20.04"));
}

TEST(OsTables, LaterReleasesOfCentosAreCentosStream) {
  bool from_date = false;
  EXPECT_EQ(SuccessorOf("centos", "9", "", &from_date), "centos-stream");
  EXPECT_FALSE(from_date);
  EXPECT_EQ(SuccessorOf("centos", "8.5", "2024-01-01", &from_date), "centos-stream");
  EXPECT_TRUE(from_date);
  EXPECT_EQ(SuccessorOf("centos", "8", "2021-01-01", &from_date), "centos");
  EXPECT_EQ(SuccessorOf("centos", "7", "2024-01-01", &from_date), "centos");
  EXPECT_EQ(SuccessorOf("rocky", "9", "2024-01-01", &from_date), "rocky");
}

TEST(OsTables, VendorLoginsOnlyWhereBuildsAgree) {
  EXPECT_EQ(VendorLogin("ubuntu", "24.04", ""), "ubuntu");
  EXPECT_EQ(VendorLogin("centos", "7.9", ""), "centos");
  EXPECT_EQ(VendorLogin("centos", "6.8", ""), "");
  EXPECT_EQ(VendorLogin("centos", "", ""), "");
  EXPECT_EQ(VendorLogin("centos-stream", "9", ""), "cloud-user");
  EXPECT_EQ(VendorLogin("debian", "12", "debian-12-nocloud-amd64"), "");
  EXPECT_EQ(VendorLogin("windows", "2022", ""), "");
  EXPECT_TRUE(IsRejectedLogin("fedora-coreos", "coreos"));
  EXPECT_TRUE(IsRejectedLogin("", "linux"));
  EXPECT_FALSE(IsRejectedLogin("ubuntu", "ubuntu"));
}

TEST(OsTables, MinorsShareTheLifeOfTheirMajor) {
  ASSERT_NE(FindRelease("rocky", "9.4"), nullptr);
  EXPECT_EQ(FindRelease("rocky", "9.4")->eol_date, "2032-05-31");
  EXPECT_EQ(FindRelease("ubuntu", "22"), nullptr);
  EXPECT_EQ(FindRelease("windows", "2012 r2")->version, "2012 r2");
}

}  // namespace
}  // namespace cis::crawler
