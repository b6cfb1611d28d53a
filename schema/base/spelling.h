#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// The number of inserted, removed, replaced or swapped bytes that make `b` of `a`, any case. Stops
// counting at `limit` and then returns `limit`.
size_t SpellingDistance(absl::string_view a, absl::string_view b, size_t limit);

// Those of `candidates` that a person may have meant by `text`: few slips apart, begun alike, or
// one holds the other. Nearest first, then in the order of `candidates`; at most `max_count`. Never
// `text` itself.
std::vector<std::string> NearestNames(absl::string_view text,
                                      absl::Span<const std::string> candidates, size_t max_count);

}  // namespace cis
