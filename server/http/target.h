// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::server {

// Where a request is directed.
struct Target {
  std::string path;   // percent-decoded UTF-8 without control characters: "/v1/sites/CESGA"
  std::string query;  // what follows the first '?', as sent
};

// Parses the target of a request line. Returns INVALID_ARGUMENT, with a sentence for the client, if
// it is no path with an optional query, or if two programs could take it for different paths:
// segments that are empty (but for the last), "." or "..", and escapes of a slash, a backslash or a
// control character are refused, not normalised.
absl::StatusOr<Target> ParseTarget(absl::string_view target);

}  // namespace cis::server
