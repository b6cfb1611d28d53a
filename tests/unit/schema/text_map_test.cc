// SPDX-License-Identifier: Apache-2.0
#include "schema/base/text_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TextMap, FindsKeys) {
  const TextMap map = {{"b", "2"}, {"a", "1"}, {"a key of more than 7 bytes", "3"}};
  EXPECT_EQ(map.size(), 3U);
  EXPECT_EQ(map.find("a")->second, "1");
  EXPECT_EQ(map.find("a key of more than 7 bytes")->second, "3");
  EXPECT_TRUE(map.contains("b"));
  EXPECT_FALSE(map.contains("c"));
  EXPECT_FALSE(map.contains(""));
  EXPECT_EQ(TextMap().find("a"), TextMap().end());
}

TEST(TextMap, IsOrderedAndTheLastEntryOfAKeyCounts) {
  const TextMap map(std::vector<TextMap::Entry>{{"b", "1"}, {"a", "2"}, {"b", "3"}});
  EXPECT_THAT(map, ElementsAre(Pair("a", "2"), Pair("b", "3")));
}

TEST(TextMap, SetReplacesAndAdds) {
  TextMap map = {{"b", "1"}};
  const TextMap copy = map;
  map.Set("b", "2");
  map.Set("a", "3");
  EXPECT_THAT(map, ElementsAre(Pair("a", "3"), Pair("b", "2")));
  EXPECT_THAT(copy, ElementsAre(Pair("b", "1")));
}

}  // namespace
}  // namespace cis
