// SPDX-License-Identifier: Apache-2.0
#pragma once

// Comparisons of names, ASCII only.

#include "absl/strings/string_view.h"

namespace cis::server {

// Returns whether `text` contains `part`, ignoring case.
bool ContainsIgnoreCase(absl::string_view text, absl::string_view part);

// Returns whether each word of `wanted` is a word of `text`, ignoring case; words are letters and
// digits. So "A10" does not match "A100".
bool HoldsWords(absl::string_view text, absl::string_view wanted);

}  // namespace cis::server
