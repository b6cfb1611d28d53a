#pragma once

// Words of a name by which a site says that an image is not to be used any more
// (data/retirement_words.tsv).

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis {

class Rules;

struct Retirement {
  std::string word;  // "outdated"; empty if the text says no such thing
  std::string date;  // the day beside it, "2024-02-11"; empty if there is none
};

// The table of those words.
class RetirementRules {
 public:
  explicit RetirementRules(const Tables& tables);

  // Whether a date that follows `word` is an end, not the day of a build.
  bool IsEndWord(absl::string_view word) const;
  // Whether `word` says by itself that the image is retired.
  bool IsRetired(absl::string_view word) const;

 private:
  absl::flat_hash_map<std::string, bool> words_;  // true: retired
};

Retirement FindRetirement(const Rules& rules, absl::string_view text);

}  // namespace cis
