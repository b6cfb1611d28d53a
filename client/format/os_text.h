// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operating systems in the forms of the command line and the API.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/query.pb.h"

namespace cis::client {

// Returns the requirement that `text` expresses, such as "ubuntu>=22.04". Returns INVALID_ARGUMENT
// naming the text and the forms that are accepted.
absl::StatusOr<v1::OsRequirement> ParseOsText(absl::string_view text);

// Returns the shortest text that ParseOsText converts to `os`.
std::string OsRequirementText(const v1::OsRequirement& os);

}  // namespace cis::client
