#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// Number of single-character insertions, deletions, replacements and swaps of neighbours between
// `a` and `b`, letters compared without case.
int EditDistance(absl::string_view a, absl::string_view b);

// Those of `known` that a person who typed `word` may have meant, best first, at most three: those
// within a third of the word's length, and those that contain it.
std::vector<std::string> Suggest(absl::string_view word, absl::Span<const std::string> known);

}  // namespace cis
