#pragma once

// What a name that exists nowhere may have been meant to be.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// Number of letters to insert, delete, change or swap to make one text of the other, ASCII case
// ignored. Both are cut at 100 bytes.
int EditDistance(absl::string_view a, absl::string_view b);

// The nearest of `known` to `text`, at most 5, nearest first: those that start with it or hold it,
// and those within a third of its length of edits.
std::vector<std::string> FindNearest(absl::string_view text, absl::Span<const std::string> known);

}  // namespace cis
