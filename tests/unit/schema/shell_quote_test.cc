#include "schema/base/shell_quote.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(ShellQuote, PlainWordsStay) {
  EXPECT_EQ(ShellQuote("os_distro=ubuntu"), "os_distro=ubuntu");
  EXPECT_EQ(ShellQuote("6d7f1d9c-1b1e"), "6d7f1d9c-1b1e");
}

TEST(ShellQuote, SpecialWordsAreOneWord) {
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("a b"), "'a b'");
  EXPECT_EQ(ShellQuote("$(reboot)`x`"), "'$(reboot)`x`'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuote("!history"), "'!history'");
}

TEST(ShellQuote, ControlCharactersBecomeSpaces) { EXPECT_EQ(ShellQuote("a\nb\x1b"), "'a b '"); }

}  // namespace
}  // namespace cis
