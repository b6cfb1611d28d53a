// SPDX-License-Identifier: Apache-2.0
#include "schema/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace cis {
namespace {

TEST(ValidUtf8, KeepsWhatIsValid) {
  for (const char* text :
       {"", "plain", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\x7f\x01"}) {
    EXPECT_EQ(ValidUtf8(text), text);
  }
}

TEST(IsValidUtf8, FindsABadByteWhereverItIs) {
  const std::string good = "sixteen letters, \xC3\xBC and more";
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8(good));
  EXPECT_TRUE(IsValidUtf8(std::string(3, 'x') + "\xF0\x9F\x98\x80" + std::string(20, 'y')));
  for (size_t i = 0; i <= good.size(); ++i) {
    std::string bad = good;
    bad.insert(i, "\xff");
    EXPECT_FALSE(IsValidUtf8(bad)) << i;
    EXPECT_TRUE(IsValidUtf8(ValidUtf8(bad))) << i;
  }
}

TEST(ValidUtf8, ReplacesEachByteThatIsNot) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(ValidUtf8("a\xFF"
                      "b"),
            "a" + mark + "b");
  EXPECT_EQ(ValidUtf8("\xC3"), mark);                        // cut
  EXPECT_EQ(ValidUtf8("\xC0\x80"), mark + mark);             // overlong
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), mark + mark + mark);  // surrogate
  EXPECT_EQ(ValidUtf8("\xF5\x80\x80\x80"), mark + mark + mark + mark);
  EXPECT_EQ(ValidUtf8("\x80x"), mark + "x");
}

TEST(PairedSurrogates, ReplacesHalvesThatStandAlone) {
  EXPECT_EQ(PairedSurrogates(R"({"a":"x\ud83d\ude00y"})"), R"({"a":"x\ud83d\ude00y"})");
  EXPECT_EQ(PairedSurrogates(R"("\ud800")"), R"("\ufffd")");
  EXPECT_EQ(PairedSurrogates(R"("\uDC00\uD800")"), R"("\ufffd\ufffd")");
  EXPECT_EQ(PairedSurrogates(R"("\ud800\u0041")"), R"("\ufffd\u0041")");
  EXPECT_EQ(PairedSurrogates(R"("\ud800\ud83d\ude00")"), R"("\ufffd\ud83d\ude00")");
  EXPECT_EQ(PairedSurrogates(R"("\\ud800")"), R"("\\ud800")") << "an escaped backslash";
  EXPECT_EQ(PairedSurrogates(R"("\)"), R"("\)");
  EXPECT_EQ(PairedSurrogates(R"("\ud8)"), R"("\ud8)");
  EXPECT_EQ(PairedSurrogates(""), "");
}

TEST(CutUtf8, SplitsNoCharacter) {
  EXPECT_EQ(CutUtf8("aü", 3), "aü");
  EXPECT_EQ(CutUtf8("aü", 2), "a");
  EXPECT_EQ(CutUtf8("aü", 0), "");
}

}  // namespace
}  // namespace cis
