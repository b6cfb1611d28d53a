// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

namespace cis::server {

// Returns how many connections a process can have that may have `descriptors` of them: each
// connection needs two, and HTTP, files and other sockets need 400. `wanted` 0 = as many as
// possible, at most 4,096. Returns INVALID_ARGUMENT, with the limit that is needed, if there are
// too few.
absl::StatusOr<int64_t> ConnectionsFor(int64_t wanted, int64_t descriptors);

// How many descriptors this process may have (RLIMIT_NOFILE).
int64_t DescriptorLimit();

}  // namespace cis::server
