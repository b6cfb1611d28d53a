// SPDX-License-Identifier: Apache-2.0
#include "schema/base/glob.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(MatchesGlob, StarsAndQuestionMarksOnly) {
  EXPECT_TRUE(MatchesGlob("m1.*", "m1.small"));
  EXPECT_TRUE(MatchesGlob("*gpu*", "a-gpu-1"));
  EXPECT_TRUE(MatchesGlob("c?r*", "cor2mem4"));
  EXPECT_TRUE(MatchesGlob("*", ""));
  EXPECT_FALSE(MatchesGlob("m1.?", "m1.small"));
  EXPECT_FALSE(MatchesGlob("", "x"));
  EXPECT_TRUE(MatchesGlob("[a]", "[a]"));
}

}  // namespace
}  // namespace cis
