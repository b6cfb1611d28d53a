// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// Returns the number of inserted, removed, replaced or swapped bytes that turn `a` into `b`,
// ignoring case. Stops counting at `limit` and then returns `limit`.
size_t SpellingDistance(absl::string_view a, absl::string_view b, size_t limit);

// Returns those of `candidates` that a person may have meant by `text`: they differ by a few slips,
// begin alike, or one contains the other. Nearest first, then in the order of `candidates`; at most
// `max_count`, and never `text` itself.
std::vector<std::string> NearestNames(absl::string_view text,
                                      absl::Span<const std::string> candidates, size_t max_count);

}  // namespace cis
