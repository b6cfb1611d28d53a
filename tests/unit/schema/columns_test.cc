// SPDX-License-Identifier: Apache-2.0
#include "schema/base/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/base/unicode.h"

namespace cis {
namespace {

using ::testing::ElementsAre;

TEST(CutToColumns, MarksWhatIsLeftOut) {
  EXPECT_EQ(CutToColumns("abcdef", 6, "..."), "abcdef");
  EXPECT_EQ(CutToColumns("abcdef", 5, "..."), "ab...");
  EXPECT_EQ(CutToColumns("abcdef", 1, "…"), "…");
  EXPECT_EQ(CutToColumns("abcdef", 2, "..."), "") << "no room for the mark";
  EXPECT_EQ(CutToColumns("", 0, "…"), "");
}

TEST(CutToColumns, CutsBetweenClusters) {
  EXPECT_EQ(CutToColumns("日本語", 4, "…"), "日…");
  EXPECT_EQ(CutToColumns("a\xcc\x88"
                         "bc",
                         2, "…"),
            "a\xcc\x88…");
  EXPECT_EQ(CutToColumns("👩‍💻👩‍💻", 3, "…"), "👩‍💻…");
}

TEST(WrapText, BreaksAtSpaces) {
  EXPECT_THAT(WrapText("one two three four", 9, 2), ElementsAre("one two", "  three", "  four"));
  EXPECT_THAT(WrapText("short", 9, 2), ElementsAre("short"));
  EXPECT_THAT(WrapText("", 9, 2), ElementsAre(""));
  EXPECT_THAT(WrapText("  kept  inside the line", 14, 4),
              ElementsAre("  kept  inside", "    the line"));
}

TEST(WrapText, GivesALongWordItsOwnLine) {
  EXPECT_THAT(WrapText("see https://a.example/long now", 10, 1),
              ElementsAre("see", " https://a.example/long", " now"));
}

TEST(WrapText, CountsColumnsNotBytes) {
  EXPECT_THAT(WrapText("éé éé éé", 5, 0), ElementsAre("éé éé", "éé"));
  EXPECT_THAT(WrapText("日本 日本", 5, 0), ElementsAre("日本", "日本"));
}

}  // namespace
}  // namespace cis
