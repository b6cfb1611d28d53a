// SPDX-License-Identifier: Apache-2.0
#include "client/text/text.h"

#include <gtest/gtest.h>

namespace cis::client {
namespace {

TEST(Text, NeutralisesWhatActsOnATerminal) {
  EXPECT_EQ(CleanText("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(CleanText("two\nlines\tand\rback"), "two\\nlines\\tand\\rback");
  EXPECT_EQ(CleanText(absl::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(CleanText("\xe2\x80\xae"
                      "evil"),
            "\\u202eevil");  // right-to-left override
  EXPECT_EQ(CleanText("\xc2\x9b"
                      "31m"),
            "\\u009b31m");  // C1 control sequence introducer
  EXPECT_EQ(CleanText("\xef\xbb\xbfx"), "\\ufeffx");
  EXPECT_EQ(CleanText("a\xe3\x85\xa4z"), "a\\u3164z");  // a filler that is drawn as a blank
  EXPECT_EQ(CleanText("bad \xff\xc3("), "bad \\xff\\xc3(");
  EXPECT_EQ(CleanText("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a surrogate pair
  EXPECT_EQ(CleanText("\xc0\xaf"), "\\xc0\\xaf");           // a slash in too many bytes
}

TEST(Text, LeavesOrdinaryTextAlone) {
  for (const char* text : {"", "net-vo.access.egi.eu", "Universität", "日本", "a\\nb", "x 🚀"}) {
    EXPECT_EQ(CleanText(text), text);
  }
}

TEST(Text, CutsBetweenCharacters) {
  EXPECT_EQ(Truncate("abcdef", 6, Cut::kEnd), "abcdef");
  EXPECT_EQ(Truncate("abcdef", 5, Cut::kEnd), "abcd…");
  EXPECT_EQ(Truncate("abcdef", 1, Cut::kEnd), "…");
  EXPECT_EQ(Truncate("abcdef", 0, Cut::kEnd), "");
  EXPECT_EQ(Truncate("日本語", 4, Cut::kEnd), "日…");
  EXPECT_EQ(Truncate("a\xcc\x88"
                     "bc",
                     2, Cut::kEnd),
            "a\xcc\x88…");
  EXPECT_EQ(Truncate("abcdefghij", 5, Cut::kMiddle), "ab…ij");
  EXPECT_EQ(Truncate("net-vo.access -> public00", 20, Cut::kMiddle), "net-vo.… -> public00");
  EXPECT_EQ(Truncate("net-vo.access -> public00", 15, Cut::kMiddle), "net-vo.…ublic00");
  EXPECT_EQ(Truncate("net-vo.access.egi.eu (private)", 20, Cut::kMiddle), "net-vo.ac… (private)");
}

TEST(Text, CutNeverExceedsTheWidth) {
  const std::string text = "aäa\xcc\x88日本🚀xyz";
  for (size_t width = 0; width < 14; ++width) {
    for (const Cut cut : {Cut::kEnd, Cut::kMiddle}) {
      EXPECT_LE(DisplayWidth(Truncate(text, width, cut)), width);
    }
  }
}

TEST(Text, PadsToColumnsNotBytes) {
  EXPECT_EQ(PadRight("ä", 3), "ä  ");
  EXPECT_EQ(PadLeft("日", 3), " 日");
  EXPECT_EQ(PadRight("long", 2), "long");
}

TEST(Text, MemoryIsNeverShownAsMoreThanItIs) {
  EXPECT_EQ(FormatMibAsGib(8192), "8");
  EXPECT_EQ(FormatMibAsGib(8191), "7.9");
  EXPECT_EQ(FormatMibAsGib(7800), "7.6");
  EXPECT_EQ(FormatMibAsGib(512), "0.5");
  EXPECT_EQ(FormatMibAsGib(64), "0.062");
  EXPECT_EQ(FormatMibAsGib(0), "0");
}

TEST(Text, FilesAreNeverShownAsSmallerThanTheyAre) {
  EXPECT_EQ(FormatBytesAsGib(int64_t{1} << 30), "1");
  EXPECT_EQ(FormatBytesAsGib((int64_t{1} << 30) + 1), "1.1");
  EXPECT_EQ(FormatBytesAsGib(2'536'308'736), "2.4");
  EXPECT_EQ(FormatBytesAsGib(1), "0.1");
}

}  // namespace
}  // namespace cis::client
