// SPDX-License-Identifier: Apache-2.0
#include "schema/base/os_family.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(OsFamily, ElIsWhatIsRebuiltFromRhel) {
  for (const char* distro : {"rhel", "rocky", "almalinux", "centos-stream", "ol"}) {
    EXPECT_TRUE(IsEnterpriseLinux(distro)) << distro;
  }
  for (const char* distro : {"fedora", "ubuntu", "", "el"}) {
    EXPECT_FALSE(IsEnterpriseLinux(distro)) << distro;
  }
}

TEST(OsFamily, LinuxIsEverythingThatIsNotKnownToBeSomethingElse) {
  for (const char* distro : {"ubuntu", "rhel", "not-heard-of"}) EXPECT_TRUE(IsLinux(distro));
  for (const absl::string_view distro : NotLinuxDistros()) EXPECT_FALSE(IsLinux(distro));
  EXPECT_FALSE(IsLinux("windows"));
}

TEST(ReleaseLineOf, KeepsTwoNumbersWhereReleasesHaveTwo) {
  EXPECT_EQ(ReleaseLineOf("ubuntu", "22.04.4"), "22.04");
  EXPECT_EQ(ReleaseLineOf("ubuntu", "22.04"), "22.04");
  EXPECT_EQ(ReleaseLineOf("alpine", "3.19.1"), "3.19");
  EXPECT_EQ(ReleaseLineOf("debian", "12.5"), "12");
  EXPECT_EQ(ReleaseLineOf("el", "9.4"), "9");
  EXPECT_EQ(ReleaseLineOf("debian", "12"), "12");
  EXPECT_EQ(ReleaseLineOf("ubuntu", ""), "");
}

}  // namespace
}  // namespace cis
