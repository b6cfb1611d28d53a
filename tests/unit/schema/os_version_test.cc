// SPDX-License-Identifier: Apache-2.0
#include "schema/model/os_version.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cis {
namespace {

// Every pair of an ascending list compares as its positions do, in both directions.
void ExpectAscending(const std::string& distro, const std::vector<std::string>& versions) {
  for (size_t i = 0; i < versions.size(); ++i) {
    for (size_t j = 0; j < versions.size(); ++j) {
      const int order = CompareOsVersions(distro, versions[i], versions[j]);
      const std::string pair = versions[i] + " and " + versions[j];
      const int expected = i < j ? -1 : (i > j ? 1 : 0);
      EXPECT_EQ(order < 0 ? -1 : (order > 0 ? 1 : 0), expected) << pair;
    }
  }
}

TEST(CompareOsVersions, OrdersReleasesAsTheyCame) {
  ExpectAscending("ubuntu", {"", "8.04", "18.04", "20.04", "20.10", "22.04", "22.04.1", "24.04"});
  ExpectAscending("debian", {"", "9", "10", "11.7", "12", "12.5", "sid"});
  ExpectAscending("opensuse", {"13.2", "42.1", "42.3", "15.0", "15.6", "tumbleweed"});
  ExpectAscending("windows", {"2008R2", "2012", "2012R2", "2016", "2022"});
  ExpectAscending("almalinux", {"8", "8.10", "9", "9.4", "10"});
}

TEST(CompareOsVersions, MissingPartsAreZero) {
  EXPECT_EQ(CompareOsVersions("rocky", "9", "9.0"), 0);
  EXPECT_EQ(CompareOsVersions("", "9.0.0", "9"), 0);
  EXPECT_EQ(CompareOsVersions("windows", "2012r2", "2012R2"), 0);
}

TEST(CompareOsVersions, FortyTwoIsSpecialToOpenSuseOnly) {
  EXPECT_GT(CompareOsVersions("fedora", "42", "41"), 0);
  EXPECT_LT(CompareOsVersions("opensuse", "42.3", "15.0"), 0);
}

TEST(CompareOsVersions, SurvivesAbsurdNumbers) {
  const std::string absurd(400, '9');
  EXPECT_GT(CompareOsVersions("ubuntu", absurd, "24.04"), 0);
  EXPECT_EQ(CompareOsVersions("ubuntu", absurd, absurd), 0);
}

TEST(IsOfReleaseLine, TakesPointReleasesOnly) {
  EXPECT_TRUE(IsOfReleaseLine("12.5", "12"));
  EXPECT_TRUE(IsOfReleaseLine("22.04.4", "22.04"));
  EXPECT_TRUE(IsOfReleaseLine("9", "9"));
  EXPECT_FALSE(IsOfReleaseLine("22.04", "2"));
  EXPECT_FALSE(IsOfReleaseLine("12", "12.5"));
  EXPECT_FALSE(IsOfReleaseLine("", "12"));
  EXPECT_FALSE(IsOfReleaseLine("12", ""));
}

}  // namespace
}  // namespace cis
