// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Checks `body` before it is parsed: a few bytes can make a parser allocate gigabytes. Only counts:
// text that is not JSON passes. Returns RESOURCE_EXHAUSTED (class limit) naming the limit if arrays
// and objects are nested deeper than kMaxJsonDepth, or if there are more than kMaxJsonValues
// values.
absl::Status CheckJsonBounds(absl::string_view body);

}  // namespace cis::crawler
