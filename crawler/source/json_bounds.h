#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Looks at `body` before a parser does: a few bytes can make a parser build gigabytes. Counts only,
// and judges nothing else: what is no JSON passes. Returns RESOURCE_EXHAUSTED (class limit) naming
// the limit if arrays and objects are nested deeper than kMaxJsonDepth, or if there are more than
// kMaxJsonValues values.
absl::Status CheckJsonBounds(absl::string_view body);

}  // namespace cis::crawler
