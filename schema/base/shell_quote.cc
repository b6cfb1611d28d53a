// SPDX-License-Identifier: Apache-2.0
#include "schema/base/shell_quote.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "schema/base/one_line.h"

namespace cis {
namespace {

// `plain`: what needs no quotes besides letters and digits.
std::string QuoteUnless(absl::string_view word, absl::string_view plain) {
  const auto is_plain = [plain](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains(plain, absl::string_view(&c, 1));
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

}  // namespace

std::string ShellQuote(absl::string_view word) { return QuoteUnless(word, "_-./:@%+,"); }

std::string ShellQuoteShown(absl::string_view word) {
  return QuoteUnless(OneLine(word), "_-./:@%+,=");
}

std::string ShellOperandShown(absl::string_view word) {
  return absl::StrCat(absl::StartsWith(word, "-") ? "-- " : "", ShellQuoteShown(word));
}

}  // namespace cis
