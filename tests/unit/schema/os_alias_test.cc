// SPDX-License-Identifier: Apache-2.0
#include "schema/base/os_alias.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(DistroOfAlias, KnowsLongFormsAndLeavesTheRest) {
  EXPECT_EQ(DistroOfAlias("alma"), "almalinux");
  EXPECT_EQ(DistroOfAlias("redhat"), "rhel");
  EXPECT_EQ(DistroOfAlias("ubuntu"), "ubuntu");
  EXPECT_EQ(DistroOfAlias(""), "");
}

}  // namespace
}  // namespace cis
