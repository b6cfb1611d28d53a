// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files that hold flags of a program, one per line: `flag = value`, `flag`, or `# comment`. Spaces
// around the value do not count, nor do double quotes around all of it; a `#` after a space begins
// a comment.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// Returns the flags as arguments of a command line, to be put before those of the user, so that a
// flag of the command line takes precedence.
// Returns INVALID_ARGUMENT naming file and line if a line is not a flag.
absl::StatusOr<std::vector<std::string>> ParseFlagFile(absl::string_view file,
                                                       absl::string_view text);

// The same for the file that `--config` names. Returns INVALID_ARGUMENT if it cannot be read.
absl::StatusOr<std::vector<std::string>> ReadFlagFile(const std::string& path);

}  // namespace cis
