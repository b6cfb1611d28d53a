// SPDX-License-Identifier: Apache-2.0
#include "schema/base/unicode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cis {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Parts(absl::string_view text) {
  std::vector<std::string> parts;
  for (const Cluster& c : SplitClusters(text)) parts.emplace_back(c.text);
  return parts;
}

TEST(FirstCharacter, DecodesWhatIsValid) {
  const Utf8Character euro = FirstCharacter("\xE2\x82\xAC!");
  EXPECT_TRUE(euro.valid);
  EXPECT_EQ(euro.code, 0x20acu);
  EXPECT_EQ(euro.size, 3u);
  EXPECT_EQ(FirstCharacter("\xF4\x8F\xBF\xBF").code, 0x10ffffu);
  EXPECT_EQ(FirstCharacter("\xEF\xBF\xBE").code, 0xfffeu) << "a noncharacter is valid UTF-8";
}

TEST(FirstCharacter, TakesOneByteOfWhatIsNot) {
  for (const char* bad : {"\x80", "\xFF", "\xC3", "\xC3(", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x82",
                          "\xF4\x90\x80\x80", "\xF0\x80\x80\x80"}) {
    const Utf8Character c = FirstCharacter(bad);
    EXPECT_FALSE(c.valid) << bad;
    EXPECT_EQ(c.size, 1u) << bad;
    EXPECT_EQ(c.code, static_cast<uint8_t>(bad[0])) << bad;
  }
}

TEST(IsInvisible, HoldsForWhatActsOnOtherTextOrIsBlank) {
  for (const uint32_t code :
       {0x00u,   0x1fu,   0x7fu,   0x85u,   0x9fu,   0xadu,   0x61cu,   0x180eu, 0x200bu,
        0x200du, 0x200fu, 0x2028u, 0x2029u, 0x202eu, 0x2060u, 0x2065u,  0x206fu, 0x3164u,
        0xfeffu, 0xffa0u, 0xfff9u, 0xfffbu, 0x115fu, 0x1160u, 0xe0001u, 0xe0041u}) {
    EXPECT_TRUE(IsInvisible(code)) << std::hex << code;
  }
  // A letter, a space, a mark, a variation selector, an Arabic sign, a private and an unknown one.
  for (const uint32_t code :
       {0x41u, 0x20u, 0xa0u, 0x301u, 0xfe0fu, 0x600u, 0x1f680u, 0xe000u, 0x378u}) {
    EXPECT_FALSE(IsInvisible(code)) << std::hex << code;
  }
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("Universität"), 11u);
  EXPECT_EQ(DisplayWidth("…°±Ω"), 4u) << "of ambiguous width";
  EXPECT_EQ(DisplayWidth("\xff\xc3("), 3u) << "bytes that are not UTF-8";
  EXPECT_EQ(DisplayWidth("\xee\x80\x80"), 1u) << "for private use";
  EXPECT_EQ(DisplayWidth("\xcd\xb8"), 1u) << "not assigned";
}

TEST(DisplayWidth, OfWideCharactersIsTwo) {
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("ｶﾀ"), 2u) << "half-width katakana";
  EXPECT_EQ(DisplayWidth("ＡＢ"), 4u) << "full-width letters";
  EXPECT_EQ(DisplayWidth("한국"), 4u);
  EXPECT_EQ(DisplayWidth("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), 2u) << "한 in three jamo";
  EXPECT_EQ(DisplayWidth("\xf0\xa0\x80\x80"), 2u) << "CJK extension B";
  EXPECT_EQ(DisplayWidth("〿"), 1u) << "the half fill space";
}

TEST(DisplayWidth, OfMarksIsNothing) {
  EXPECT_EQ(DisplayWidth("a\xcc\x88"), 1u);
  EXPECT_EQ(DisplayWidth("ก็"), 1u) << "Thai";
  EXPECT_EQ(DisplayWidth("שָׁ"), 1u) << "Hebrew points";
  EXPECT_EQ(DisplayWidth("त्"), 1u) << "virama";
  EXPECT_EQ(DisplayWidth("x\xe2\x83\x9d"), 1u) << "enclosing circle";
  EXPECT_EQ(DisplayWidth("का"), 2u) << "a sign beside its letter";
  EXPECT_EQ(DisplayWidth("a\xe2\x80\x8b"
                         "b"),
            2u)
      << "zero-width space";
}

TEST(DisplayWidth, OfAnEmojiIsTwo) {
  EXPECT_EQ(DisplayWidth("🚀"), 2u);
  EXPECT_EQ(DisplayWidth("✅"), 2u);
  EXPECT_EQ(DisplayWidth("🟢"), 2u) << "of Unicode 12";
  EXPECT_EQ(DisplayWidth("🖥"), 1u) << "shown as text by default";
  EXPECT_EQ(DisplayWidth("🖥️"), 2u) << "with a selector";
  EXPECT_EQ(DisplayWidth("❤"), 1u);
  EXPECT_EQ(DisplayWidth("❤️"), 2u);
  EXPECT_EQ(DisplayWidth("1️⃣"), 2u) << "keycap";
  EXPECT_EQ(DisplayWidth("👍🏽"), 2u) << "with a skin tone";
  EXPECT_EQ(DisplayWidth("👩‍💻"), 2u) << "joined";
  EXPECT_EQ(DisplayWidth("👨‍👩‍👧‍👦"), 2u) << "a family of four";
  EXPECT_EQ(DisplayWidth("🇪🇸"), 2u) << "flag";
  EXPECT_EQ(DisplayWidth("🇪🇸🇮🇹"), 4u);
}

TEST(SplitClusters, KeepsTogetherWhatIsDrawnTogether) {
  EXPECT_THAT(Parts("a\xcc\x88"
                    "b"),
              ElementsAre("a\xcc\x88", "b"));
  EXPECT_THAT(Parts("👩‍💻👍🏽🇪🇸🇮🇹"),
              ElementsAre("👩‍💻", "👍🏽", "🇪🇸", "🇮🇹"));
  EXPECT_THAT(Parts("\xff\xc3(é"), ElementsAre("\xff", "\xc3", "(", "é"));
  EXPECT_TRUE(SplitClusters("").empty());
}

}  // namespace
}  // namespace cis
