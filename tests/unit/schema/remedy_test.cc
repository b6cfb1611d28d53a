// SPDX-License-Identifier: Apache-2.0
#include "schema/base/remedy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RemedyArguments, SetTheValueOrNameIt) {
  EXPECT_THAT(RemedyArguments(RemedyNoun::kImage, "os_version", "22.04"),
              ElementsAre("--property", "os_version=22.04"));
  EXPECT_THAT(RemedyArguments(RemedyNoun::kImage, "os_version", ""),
              ElementsAre("--property", "os_version=VERSION"));
  EXPECT_THAT(RemedyArguments(RemedyNoun::kImage, "login_user", "two words"),
              ElementsAre("--property", "os_admin_user=two words"));
  EXPECT_THAT(
      RemedyArguments(RemedyNoun::kFlavor, "gpu_count", "2"),
      ElementsAre("--property", "Accelerator:Type=GPU", "--property", "Accelerator:Number=2"));
  EXPECT_THAT(RemedyArguments(RemedyNoun::kFlavor, "arch", ""),
              ElementsAre("--property", "hw:architecture=ARCHITECTURE"));
}

TEST(RemedyArguments, AreEmptyWhereSettingDoesNotHelp) {
  EXPECT_THAT(RemedyArguments(RemedyNoun::kImage, "is_snapshot", ""), IsEmpty()) << "it is unset";
  EXPECT_THAT(RemedyArguments(RemedyNoun::kImage, "eol_date", "2027-01-01"), IsEmpty());
  EXPECT_THAT(RemedyArguments(RemedyNoun::kNetwork, "no_such_field", ""), IsEmpty());
}

TEST(RemedyText, IsACommandOrSaysWhatTheFactFollowsFrom) {
  EXPECT_EQ(RemedyText(RemedyNoun::kImage, "arch", "aarch64", "a b"),
            "openstack image set --property architecture=aarch64 'a b'");
  EXPECT_EQ(RemedyText(RemedyNoun::kImage, "is_snapshot", "true", "i1"),
            "openstack image unset --property image_type i1");
  EXPECT_EQ(RemedyText(RemedyNoun::kImage, "eol_date", "", "i1"),
            "follows os_distro and os_version");
  EXPECT_EQ(RemedyText(RemedyNoun::kImage, "purpose", "", "i1"),
            "follows the words of the name: openstack image set --name NAME i1");
  EXPECT_EQ(RemedyText(RemedyNoun::kNetwork, "shared", "true", "n1"),
            "openstack network set --share n1, or --no-share");
  EXPECT_EQ(RemedyText(RemedyNoun::kNetwork, "vcpu_count", "", "n1"), "");
}

TEST(RemedyText, QuotesWhateverASiteWrote) {
  EXPECT_EQ(RemedyText(RemedyNoun::kImage, "os_distro", "x; rm -rf ~", "-rf"),
            OpenStackCommand("image", "set", {"--property", "os_distro=x; rm -rf ~"}, "-rf"));
  EXPECT_THAT(RemedyText(RemedyNoun::kImage, "os_distro", "x; rm -rf ~", "i1"),
              ::testing::HasSubstr("'os_distro=x; rm -rf ~'"));
}

}  // namespace
}  // namespace cis
