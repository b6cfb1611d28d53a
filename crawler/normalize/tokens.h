// SPDX-License-Identifier: Apache-2.0
#pragma once

// Splits names into words and numbers. Dates, architectures and identifiers are marked, so that no
// rule takes "20240211" or a piece of a UUID for a release.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/arch.h"
#include "crawler/normalize/retirement.h"

namespace cis::crawler {

// One run of letters or of digits, in lower case.
struct Token {
  enum class Kind { kWord, kNumber };
  enum class Mark { kNone, kDate, kArch, kId };

  Kind kind = Kind::kWord;
  Mark mark = Mark::kNone;
  std::string text;
  std::string gap;        // the text between it and the token before; empty = none
  std::size_t begin = 0;  // byte offsets in the text
  std::size_t end = 0;

  bool IsWord(absl::string_view word) const {
    return kind == Kind::kWord && mark == Mark::kNone && text == word;
  }
  bool IsNumber() const { return kind == Kind::kNumber && mark == Mark::kNone; }
};

// A date found in a name. `expired` is set if the words before it say that it is the end, not the
// build.
struct NameDate {
  std::string date;  // "2024-02-11"; empty if day and month cannot be told apart or are impossible
  bool expired = false;
};

struct TokenList {
  std::vector<Token> tokens;
  std::vector<ArchMention> arches;
  std::vector<NameDate> dates;
};

// Returns whether `date` is a real day, "YYYY-MM-DD", between 2004 and 2049.
bool IsPlausibleDate(int year, int month, int day);

// Splits texts by the spellings of architectures and the words that stand before end dates.
class Tokenizer {
 public:
  // Both must outlive this object.
  Tokenizer(const ArchRules& arch, const RetirementRules& retirement)
      : arch_(arch), retirement_(retirement) {}

  // Splits at most the first 512 bytes of `text`: names are short, and descriptions start with what
  // matters.
  TokenList Tokenize(absl::string_view text) const;

  // Returns the date at the start of "2024-05-01", "2024-05-01T…", "20240501",
  // "2025-09-04-4d7122d6"; empty if there is none.
  std::string LeadingDate(absl::string_view text) const;

 private:
  const ArchRules& arch_;
  const RetirementRules& retirement_;
};

}  // namespace cis::crawler
