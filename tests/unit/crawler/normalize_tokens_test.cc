// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/normalize/tokens.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

using testing::ElementsAre;

std::vector<std::string> Texts(absl::string_view text) {
  std::vector<std::string> texts;
  for (const Token& token : CompiledRules().tokenizer.Tokenize(text).tokens) {
    texts.push_back(token.text);
  }
  return texts;
}

std::string FirstDate(absl::string_view text) {
  const TokenList list = CompiledRules().tokenizer.Tokenize(text);
  return list.dates.empty() ? "none" : list.dates[0].date;
}

TEST(Tokens, SplitsAtEveryBorder) {
  EXPECT_THAT(Texts("Ubuntu2204-LTS"), ElementsAre("ubuntu", "2204", "lts"));
  EXPECT_THAT(Texts("2xA100"), ElementsAre("2", "x", "a", "100"));
  EXPECT_THAT(Texts(""), ElementsAre());
  EXPECT_THAT(Texts("--"), ElementsAre());
}

TEST(Tokens, KeepsTheGapsBetween) {
  const TokenList list = CompiledRules().tokenizer.Tokenize("a-b.1");
  ASSERT_EQ(list.tokens.size(), 3U);
  EXPECT_EQ(list.tokens[1].gap, "-");
  EXPECT_EQ(list.tokens[2].gap, ".");
}

TEST(Tokens, FindsDates) {
  EXPECT_EQ(FirstDate("debian-12-20240211-1654"), "2024-02-11");
  EXPECT_EQ(FirstDate("centos.7.2016.05.31"), "2016-05-31");
  EXPECT_EQ(FirstDate("x 2022-10-14"), "2022-10-14");
  EXPECT_EQ(FirstDate("Centos7-Dec-12-2017"), "2017-12-12");
  EXPECT_EQ(FirstDate("x-201504161022"), "2015-04-16");
}

TEST(Tokens, ReadsDayBeforeMonthOnlyIfNothingElseIsPossible) {
  EXPECT_EQ(FirstDate("x.20152411"), "2015-11-24");
  EXPECT_EQ(FirstDate("x-2022.28.09"), "2022-09-28");
}

TEST(Tokens, AMonthAloneIsNoBuildDateButNoReleaseEither) {
  const TokenList list = CompiledRules().tokenizer.Tokenize("Ubuntu 22.04 - 2023-06");
  ASSERT_EQ(list.dates.size(), 1U);
  EXPECT_EQ(list.dates[0].date, "");
  EXPECT_EQ(list.tokens.back().mark, Token::Mark::kDate);
}

TEST(Tokens, DistinguishesExpiryFromBuildDate) {
  const TokenList list = CompiledRules().tokenizer.Tokenize("x_EXPIRED_2015-09-04");
  ASSERT_EQ(list.dates.size(), 1U);
  EXPECT_TRUE(list.dates[0].expired);
}

TEST(Tokens, MarksIdentifiers) {
  for (const Token& token :
       CompiledRules().tokenizer.Tokenize("218cd70f-3058-5c9c-b3d0-50db8758e15f").tokens) {
    EXPECT_EQ(token.mark, Token::Mark::kId);
  }
  EXPECT_EQ(CompiledRules()
                .tokenizer.Tokenize("hadoop_05daa66a930e4b23b5df6c5c49cd3e25")
                .tokens.back()
                .mark,
            Token::Mark::kId);
}

TEST(Tokens, NumbersThatAreNoDatesStayNumbers) {
  for (const char* text : {"ubuntu2204", "1068.8.0", "99999999", "7.9.2009", "cuda-12.2"}) {
    EXPECT_TRUE(CompiledRules().tokenizer.Tokenize(text).dates.empty()) << text;
  }
}

TEST(Tokens, FindsALeadingDate) {
  EXPECT_EQ(CompiledRules().tokenizer.LeadingDate("2025-09-04-4d7122d6"), "2025-09-04");
  EXPECT_EQ(CompiledRules().tokenizer.LeadingDate("2024-05-01T10:00:00Z"), "2024-05-01");
  EXPECT_EQ(CompiledRules().tokenizer.LeadingDate("v2024-05-01"), "");
  EXPECT_EQ(CompiledRules().tokenizer.LeadingDate("soon"), "");
}

TEST(Tokens, LongTextIsCut) {
  EXPECT_LE(CompiledRules().tokenizer.Tokenize(std::string(100000, 'a') + " b").tokens.size(), 1U);
}

}  // namespace
}  // namespace cis::crawler
