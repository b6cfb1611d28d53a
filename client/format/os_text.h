#pragma once

// Operating systems as the command line and the API write them.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/query.pb.h"

namespace cis::client {

// Returns the requirement that `text` writes, such as "ubuntu>=22.04". Returns INVALID_ARGUMENT
// naming the text and the forms that are understood.
absl::StatusOr<v1::OsRequirement> ParseOsText(absl::string_view text);

// The inverse: the shortest text.
std::string OsRequirementText(const v1::OsRequirement& os);

}  // namespace cis::client
