// SPDX-License-Identifier: Apache-2.0
#pragma once

// A placement as a shell script that starts its machines.

#include <string>

#include "absl/status/statusor.h"
#include "cis/v1/placement.pb.h"

namespace cis::client {

// The program that the script runs.
enum class Launcher { kOpenstack, kFedcloud };

// Returns the script, for any POSIX shell; if there are groups, it first starts those whose network
// others need. It writes `ssh USER@ADDRESS` to stdout for each machine that is ACTIVE, and what it
// created to stderr; its exit code is 0 only if all machines run. Ids of the placement are used,
// never names. Returns INVALID_ARGUMENT if an id cannot be the argument of a command: it is
// missing, contains NUL, or would be read as a flag.
absl::StatusOr<std::string> FormatLaunchScript(const v1::Placement& placement,
                                               const v1::PlacementQuery& query, Launcher launcher);

}  // namespace cis::client
