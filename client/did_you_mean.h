#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// The candidate that `text` is most likely a misspelling of, any case; empty if none is near.
std::string FindNearest(absl::string_view text, absl::Span<const std::string> candidates);

}  // namespace cis
