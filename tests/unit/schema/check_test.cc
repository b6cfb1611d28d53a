// SPDX-License-Identifier: Apache-2.0
#include "schema/base/check.h"

#include <gtest/gtest.h>

#include <string>

namespace cis {
namespace {

TEST(Check, EndsTheProcessWithFileLineConditionAndMessage) {
  const int count = 1;
  const std::string line = std::to_string(__LINE__ + 1);
  EXPECT_DEATH(CIS_CHECK(count == 2, "there are two"),
               "check_test.cc : " + line + "\\] RAW: Check count == 2 failed: there are two");
}

TEST(Check, DoesNothingIfTheConditionHolds) {
  int evaluated = 0;
  if (evaluated == 0) CIS_CHECK(++evaluated == 1, "it is evaluated once");
  EXPECT_EQ(evaluated, 1);
}

TEST(Check, OfInnerLoopsIsLeftOutOfReleaseBuilds) {
  int evaluated = 0;
  CIS_DCHECK(++evaluated == 1, "it is evaluated once");
#ifdef NDEBUG
  EXPECT_EQ(evaluated, 0);
  CIS_DCHECK(false, "it is not evaluated");
#else
  EXPECT_EQ(evaluated, 1);
  EXPECT_DEATH(CIS_DCHECK(evaluated == 0, "it is 0"), "Check evaluated == 0 failed: it is 0");
#endif
}

}  // namespace
}  // namespace cis
