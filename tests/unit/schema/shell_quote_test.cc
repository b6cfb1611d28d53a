// SPDX-License-Identifier: Apache-2.0
#include "schema/base/shell_quote.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(ShellQuote, WordsAreQuotedWhereTheyMust) {
  EXPECT_EQ(ShellQuote("a.b-c_d/1:2"), "a.b-c_d/1:2");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuote("$(x)"), "'$(x)'");
  EXPECT_EQ(ShellQuote("~"), "'~'");
  EXPECT_EQ(ShellQuote("A=b"), "'A=b'");
  EXPECT_EQ(ShellQuote("a\nb"), "'a\nb'");
}

TEST(ShellQuoteShown, PlainWordsStay) {
  EXPECT_EQ(ShellQuoteShown("os_distro=ubuntu"), "os_distro=ubuntu");
  EXPECT_EQ(ShellQuoteShown("6d7f1d9c-1b1e"), "6d7f1d9c-1b1e");
}

TEST(ShellQuoteShown, SpecialWordsAreOneWord) {
  EXPECT_EQ(ShellQuoteShown(""), "''");
  EXPECT_EQ(ShellQuoteShown("a b"), "'a b'");
  EXPECT_EQ(ShellQuoteShown("$(reboot)`x`"), "'$(reboot)`x`'");
  EXPECT_EQ(ShellQuoteShown("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuoteShown("!history"), "'!history'");
}

TEST(ShellQuoteShown, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(ShellQuoteShown("a\nb\x1b"), "'a b '");
}

TEST(ShellOperandShown, IsNeverReadAsAFlag) {
  EXPECT_EQ(ShellOperandShown("6d7f1d9c"), "6d7f1d9c");
  EXPECT_EQ(ShellOperandShown("--help me"), "-- '--help me'");
}

}  // namespace
}  // namespace cis
