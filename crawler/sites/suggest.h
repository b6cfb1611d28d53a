#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// Those of `known` that a person who typed `word` may have meant, best first, at most three: those
// at most a third of the word's length of edits away (swapped neighbours are one edit), and those
// that contain it. Letters are compared without case.
std::vector<std::string> Suggest(absl::string_view word, absl::Span<const std::string> known);

}  // namespace cis
