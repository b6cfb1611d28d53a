// SPDX-License-Identifier: Apache-2.0
#include "schema/base/shared_vector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cis {
namespace {

using ::testing::ElementsAre;

TEST(SharedVector, IsEmptyAtFirst) {
  SharedVector<std::string> list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.size(), 0U);
  EXPECT_EQ(list.begin(), list.end());
  list.Mutable()->push_back("a");
  EXPECT_THAT(list.items(), ElementsAre("a"));
}

TEST(SharedVector, CopiesShareTheItemsUntilOneIsChanged) {
  const SharedVector<std::string> first(std::vector<std::string>{"a", "b"});
  SharedVector<std::string> second = first;
  EXPECT_EQ(&first.items(), &second.items());
  second.Mutable()->at(1) = "c";
  EXPECT_NE(&first.items(), &second.items());
  EXPECT_THAT(first.items(), ElementsAre("a", "b"));
  EXPECT_THAT(second.items(), ElementsAre("a", "c"));
  EXPECT_EQ(second.front(), "a");
  EXPECT_EQ(second.back(), "c");
  EXPECT_EQ(second[1], "c");
}

TEST(SharedVector, ChangesItsOwnItemsInPlace) {
  SharedVector<std::string> list(std::vector<std::string>{"a"});
  const std::vector<std::string>* items = &list.items();
  EXPECT_EQ(list.Mutable(), items);
}

}  // namespace
}  // namespace cis
