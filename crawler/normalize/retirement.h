#pragma once

// Words of a name by which a site says that an image is not to be used any more
// (data/retirement_words.tsv).

#include <string>

#include "absl/strings/string_view.h"

namespace cis::crawler {

struct Retirement {
  std::string word;  // "outdated"; empty if the text says no such thing
  std::string date;  // the day beside it, "2024-02-11"; empty if there is none
};

Retirement FindRetirement(absl::string_view text);

// Whether a date that follows `word` is an end, not the day of a build.
bool IsEndWord(absl::string_view word);

}  // namespace cis::crawler
