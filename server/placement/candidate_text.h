// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sentences of reasons about flavors and images. Each is complete and true by itself: it names
// what was counted, what the counted ones have in common, and which comes nearest.

#include <string>

#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis::server {

// Returns the sentence of a reason of stage flavor: "none of the 3 flavors with at least 64 vCPUs
// has a GPU; gpu2 has a GPU, but has 16 vCPUs". Not for NO_FLAVOR_VISIBLE.
std::string FlavorMessage(const Reason& reason, const MachineRequest& query);

// Returns the sentence of a reason of stage image. Not for NO_IMAGE_VISIBLE.
std::string ImageMessage(const Reason& reason, const MachineRequest& query);

}  // namespace cis::server
