// SPDX-License-Identifier: Apache-2.0
#include "schema/base/text_pool.h"

#include <gtest/gtest.h>

#include <string>

namespace cis {
namespace {

TEST(TextPool, EqualTextsHaveTheSameMemory) {
  TextPool pool;
  const std::string text = "a text that is longer than 7 bytes";
  const SharedText first = pool.Get(text);
  const SharedText second = pool.Get(std::string(text));
  EXPECT_EQ(first, text);
  EXPECT_EQ(first.view().data(), second.view().data());
  EXPECT_NE(pool.Get("another text of the same pool"), first);
  EXPECT_EQ(pool.Get("short"), "short");
  EXPECT_EQ(pool.Get(""), "");
}

TEST(TextPool, TextsOutliveIt) {
  SharedText text;
  {
    TextPool pool;
    text = pool.Get("a text that is longer than 7 bytes");
  }
  EXPECT_EQ(text, "a text that is longer than 7 bytes");
}

}  // namespace
}  // namespace cis
