// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace cis {

// Returns whether `text` matches `pattern`, where `*` matches any text and `?` any byte; all other
// characters, brackets included, match themselves.
bool MatchesGlob(absl::string_view pattern, absl::string_view text);

}  // namespace cis
