#pragma once

// Comparisons of names, ASCII only.

#include "absl/strings/string_view.h"

namespace cis::server {

// Whether `text` holds `part`, any case.
bool ContainsIgnoreCase(absl::string_view text, absl::string_view part);

// Whether each word of `wanted` is a word of `text`, any case; words are letters and digits. So an
// "A10" is no "A100".
bool HoldsWords(absl::string_view text, absl::string_view wanted);

}  // namespace cis::server
