// SPDX-License-Identifier: Apache-2.0
#include "schema/base/shared_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SharedList, TakesEightBytes) { EXPECT_EQ(sizeof(SharedList<std::string>), 8U); }

TEST(SharedList, IsMadeOfItemsOrVectors) {
  EXPECT_THAT(SharedList<std::string>(), IsEmpty());
  EXPECT_THAT((SharedList<std::string>{"a", "b"}), ElementsAre("a", "b"));
  const std::vector<std::string> items = {"a", "b"};
  EXPECT_THAT(SharedList<std::string>(items), ElementsAre("a", "b"));
  EXPECT_THAT(SharedList<std::string>(std::vector<std::string>()), IsEmpty());
  EXPECT_THAT((SharedList<std::string>(items.begin() + 1, items.end())), ElementsAre("b"));
}

TEST(SharedList, GrowsItemByItem) {
  SharedList<std::string> list;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back(std::to_string(i));
    list.push_back(expected.back());
  }
  EXPECT_EQ(list, SharedList<std::string>(expected));
  EXPECT_EQ(list.front(), "0");
  EXPECT_EQ(list.back(), "99");
  EXPECT_EQ(list[50], "50");
}

TEST(SharedList, InsertsAnywhere) {
  SharedList<std::string> list = {"b"};
  list.insert(0, "a");
  list.insert(2, "d");
  list.insert(2, "c");
  EXPECT_THAT(list, ElementsAre("a", "b", "c", "d"));
}

TEST(SharedList, AChangeLeavesCopiesAsTheyAre) {
  SharedList<std::string> list = {"a", "b", "c"};
  const SharedList<std::string> copy = list;
  EXPECT_EQ(copy.data(), list.data());
  list.Mutable()[0] = "x";
  EXPECT_THAT(list, ElementsAre("x", "b", "c"));
  EXPECT_THAT(copy, ElementsAre("a", "b", "c"));
  SharedList<std::string> longer = copy;
  longer.push_back("d");
  EXPECT_THAT(longer, ElementsAre("a", "b", "c", "d"));
  SharedList<std::string> shorter = copy;
  shorter.EraseIf([](const std::string& item) { return item != "b"; });
  EXPECT_THAT(shorter, ElementsAre("b"));
  EXPECT_THAT(copy, ElementsAre("a", "b", "c"));
}

TEST(SharedList, ErasesAllOrNothing) {
  SharedList<std::string> list = {"a", "b"};
  list.EraseIf([](const std::string&) { return false; });
  EXPECT_THAT(list, ElementsAre("a", "b"));
  list.EraseIf([](const std::string&) { return true; });
  EXPECT_THAT(list, IsEmpty());
  EXPECT_EQ(list, SharedList<std::string>());
  list.push_back("c");
  EXPECT_THAT(list, ElementsAre("c"));
  list.clear();
  EXPECT_THAT(list, IsEmpty());
  list.EraseIf([](const std::string&) { return true; });
  EXPECT_THAT(list.Mutable(), IsEmpty());
}

}  // namespace
}  // namespace cis
