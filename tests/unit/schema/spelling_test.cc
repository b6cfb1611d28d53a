// SPDX-License-Identifier: Apache-2.0
#include "schema/base/spelling.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SpellingDistance, CountsSlips) {
  EXPECT_EQ(SpellingDistance("cesga", "cesga", 10), 0u);
  EXPECT_EQ(SpellingDistance("cesga", "CESGA", 10), 0u);
  EXPECT_EQ(SpellingDistance("cesga", "cega", 10), 1u);
  EXPECT_EQ(SpellingDistance("cesga", "cegsa", 10), 1u);
  EXPECT_EQ(SpellingDistance("", "abc", 10), 3u);
  EXPECT_EQ(SpellingDistance("kitten", "sitting", 10), 3u);
}

TEST(SpellingDistance, StopsAtTheLimit) {
  EXPECT_EQ(SpellingDistance("abcdef", "uvwxyz", 3), 3u);
  EXPECT_EQ(SpellingDistance("a", "abcdefgh", 3), 3u);
}

TEST(NearestNames, NearestFirst) {
  EXPECT_THAT(NearestNames("ubunto", {"debian", "ubuntu-pro", "ubuntu"}, 3),
              ElementsAre("ubuntu", "ubuntu-pro"));
}

TEST(NearestNames, FindsANameThatContainsTheText) {
  EXPECT_THAT(NearestNames("CESGA", {"CESGA-CLOUD", "CETA-GRID"}, 3), ElementsAre("CESGA-CLOUD"));
}

TEST(NearestNames, FindsANameWithTheSamePrefix) {
  EXPECT_THAT(NearestNames("vcpus", {"ram_mib", "vcpu_count"}, 3), ElementsAre("vcpu_count"));
}

TEST(NearestNames, ReturnsAtMostTheCountAndNeverTheTextItself) {
  EXPECT_THAT(NearestNames("abcd", {"abce", "abcd", "abcf", "abcg"}, 2),
              ElementsAre("abce", "abcf"));
}

TEST(NearestNames, ShortTextsAreNotNearEverything) {
  EXPECT_THAT(NearestNames("xy", {"ab", "cd", "abc"}, 3), IsEmpty());
  EXPECT_THAT(NearestNames("", {"ab"}, 3), IsEmpty());
}

TEST(NearestNames, LongTextsAreNotCompared) {
  const std::string text(1000, 'a');
  EXPECT_THAT(NearestNames(text, {text + "b"}, 3), IsEmpty());
}

}  // namespace
}  // namespace cis
