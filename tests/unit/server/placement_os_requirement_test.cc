// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/model/os_version.h"
#include "server/placement/os_match.h"

namespace cis::server {
namespace {

Image Os(absl::string_view distro, absl::string_view version, absl::string_view codename = "") {
  Image image;
  image.os_distro = std::string(distro);
  image.os_version = std::string(version);
  image.os_codename = std::string(codename);
  return image;
}

OsMatch Match(absl::string_view text, const Image& image) {
  const absl::StatusOr<OsRequirement> requirement = ParseOsRequirement(text);
  EXPECT_TRUE(requirement.ok()) << requirement.status();
  return requirement.ok() ? MatchOs(*requirement, image) : OsMatch::kOtherDistro;
}

TEST(OsVersion, ComparesAsVersionsAndNotAsText) {
  EXPECT_LT(CompareOsVersions("ubuntu", "9.10", "22.04"), 0);
  EXPECT_GT(CompareOsVersions("almalinux", "10", "9.4"), 0);
  EXPECT_EQ(CompareOsVersions("almalinux", "9", "9.0"), 0);
  EXPECT_LT(CompareOsVersions("almalinux", "9", "9.4"), 0);
  EXPECT_LT(CompareOsVersions("opensuse", "42.3", "15.0"), 0);
  EXPECT_GT(CompareOsVersions("opensuse", "42.1", "13.2"), 0);
  EXPECT_GT(CompareOsVersions("debian", "sid", "13"), 0);
  EXPECT_LT(CompareOsVersions("windows", "2012", "2012R2"), 0);
  EXPECT_LT(CompareOsVersions("windows", "2012R2", "2016"), 0);
  EXPECT_LT(CompareOsVersions("ubuntu", "", "4.10"), 0);
}

TEST(OsVersion, KnowsPointReleasesOfALine) {
  EXPECT_TRUE(IsOfReleaseLine("12.5", "12"));
  EXPECT_TRUE(IsOfReleaseLine("22.04.4", "22.04"));
  EXPECT_FALSE(IsOfReleaseLine("22.04", "2"));
  EXPECT_FALSE(IsOfReleaseLine("9", "9.4"));
  EXPECT_FALSE(IsOfReleaseLine("", "9"));
}

TEST(OsRequirement, ReadsWhatItWrites) {
  for (const char* text : {"ubuntu", "ubuntu:22.04", "ubuntu:jammy", "debian~12", "ubuntu>=22.04",
                           "el>=9", "fedora>39", "debian<=12", "windows<2022", "linux"}) {
    const absl::StatusOr<OsRequirement> requirement = ParseOsRequirement(text);
    ASSERT_TRUE(requirement.ok()) << text;
    EXPECT_EQ(FormatOsRequirement(*requirement), text);
  }
}

TEST(OsRequirement, UnderstandsCaseSpacesAndLongNames) {
  EXPECT_EQ(FormatOsRequirement(*ParseOsRequirement(" RockyLinux >= 9 ")), "rocky>=9");
  EXPECT_EQ(FormatOsRequirement(*ParseOsRequirement("Ubuntu==22.04")), "ubuntu:22.04");
  EXPECT_EQ(FormatOsRequirement(*ParseOsRequirement("ALMA:9")), "almalinux:9");
  EXPECT_EQ(FormatOsRequirement(*ParseOsRequirement("ubuntu:22.04 LTS")), "ubuntu:22.04");
  EXPECT_EQ(FormatOsRequirement(*ParseOsRequirement("ubuntu~Jammy")), "ubuntu:jammy");
}

TEST(OsRequirement, RefusesNonsenseWithTheTextAndTheForms) {
  for (const char* text : {"", "  ", "22.04", ">=22.04", "ubuntu>=", "ubuntu>=jammy", "ubuntu 22",
                           "ubuntu>==22", "linux>=5", "ubuntu:22;04", "a b c", "ubuntu:"}) {
    const absl::StatusOr<OsRequirement> requirement = ParseOsRequirement(text);
    ASSERT_FALSE(requirement.ok()) << text;
    EXPECT_THAT(std::string(requirement.status().message()), testing::HasSubstr("ubuntu>=22.04"));
    EXPECT_THAT(std::string(requirement.status().message()), testing::HasSubstr(text));
  }
  EXPECT_FALSE(ParseOsRequirement(std::string(5000, 'a')).ok());
}

TEST(OsRequirement, ComparesVersionsOfOneDistroOnly) {
  EXPECT_EQ(Match("ubuntu>=20.04", Os("ubuntu", "22.04")), OsMatch::kMatch);
  EXPECT_EQ(Match("ubuntu>=20.04", Os("ubuntu", "18.04")), OsMatch::kTooOld);
  EXPECT_EQ(Match("ubuntu>=20.04", Os("debian", "22.04")), OsMatch::kOtherDistro);
  EXPECT_EQ(Match("ubuntu>=20.04", Os("ubuntu", "")), OsMatch::kVersionUnknown);
  EXPECT_EQ(Match("ubuntu>=20.04", Os("", "22.04")), OsMatch::kOtherDistro);
  EXPECT_EQ(Match("ubuntu<20.04", Os("ubuntu", "22.04")), OsMatch::kTooNew);
  EXPECT_EQ(Match("ubuntu", Os("ubuntu", "")), OsMatch::kMatch);
}

TEST(OsRequirement, TakesPointReleasesAsTheLineThatIsNamed) {
  EXPECT_EQ(Match("el:9", Os("rocky", "9.4")), OsMatch::kMatch);
  EXPECT_EQ(Match("el:9.4", Os("rocky", "9.2")), OsMatch::kOtherVersion);
  EXPECT_EQ(Match("el>=9", Os("almalinux", "9")), OsMatch::kMatch);
  EXPECT_EQ(Match("el<=9", Os("almalinux", "9.4")), OsMatch::kMatch);
  EXPECT_EQ(Match("el>9", Os("almalinux", "9.4")), OsMatch::kTooOld);
  EXPECT_EQ(Match("debian~12.5", Os("debian", "12.1")), OsMatch::kMatch);
  EXPECT_EQ(Match("ubuntu~22.04", Os("ubuntu", "22.04.4")), OsMatch::kMatch);
  EXPECT_EQ(Match("ubuntu~22.04", Os("ubuntu", "22.10")), OsMatch::kOtherVersion);
}

TEST(OsRequirement, KnowsCodenamesAndFamilies) {
  EXPECT_EQ(Match("ubuntu:jammy", Os("ubuntu", "22.04", "jammy")), OsMatch::kMatch);
  EXPECT_EQ(Match("ubuntu:jammy", Os("ubuntu", "24.04", "noble")), OsMatch::kOtherVersion);
  EXPECT_EQ(Match("debian:sid", Os("debian", "", "sid")), OsMatch::kMatch);
  EXPECT_EQ(Match("linux", Os("alpine", "3.19")), OsMatch::kMatch);
  EXPECT_EQ(Match("linux", Os("windows", "2022")), OsMatch::kOtherDistro);
  EXPECT_EQ(Match("linux", Os("", "")), OsMatch::kOtherDistro);
  EXPECT_EQ(Match("el", Os("debian", "12")), OsMatch::kOtherDistro);
}

}  // namespace
}  // namespace cis::server
