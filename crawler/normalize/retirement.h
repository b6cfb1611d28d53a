#pragma once

// Words in a name by which a site says that an image should not be used any more
// (data/retirement_words.tsv).

#include <string>

#include "absl/strings/string_view.h"

namespace cis::crawler {

struct Retirement {
  std::string word;  // "outdated"; empty if the text has no such word
  std::string date;  // the day next to it, "2024-02-11"; empty if there is none
};

Retirement FindRetirement(absl::string_view text);

// Returns whether a date that follows `word` is an end date, not a build date.
bool IsEndWord(absl::string_view word);

}  // namespace cis::crawler
