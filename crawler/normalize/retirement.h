// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words in a name by which a site says that an image should not be used any more
// (data/retirement_words.tsv).

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

class Rules;

struct Retirement {
  std::string word;  // "outdated"; empty if the text has no such word
  std::string date;  // the day next to it, "2024-02-11"; empty if there is none
};

// The table data/retirement_words.tsv.
class RetirementRules {
 public:
  explicit RetirementRules(const Tables& tables);

  // Returns whether a date that follows `word` is an end date, not a build date.
  bool IsEndWord(absl::string_view word) const;
  // Returns whether `word` alone says that the image is retired.
  bool IsRetired(absl::string_view word) const;

 private:
  absl::flat_hash_map<std::string, bool> words_;  // true: retired
};

Retirement FindRetirement(const Rules& rules, absl::string_view text);

}  // namespace cis::crawler
