// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sentences about what is worth knowing of the chosen image and GPU.

#include <string>
#include <vector>

#include "server/placement/placement.h"
#include "server/placement/placement_query.h"

namespace cis::server {

// Appends the notes on images that can only be found by name or that start in an unusual way:
// community images, shared images that the project has not accepted, installers, snapshots with
// volumes.
void NoteUnusualImage(const Placement& placement, std::vector<std::string>* out);

// Appends a note if a kind of GPU is requested and only assumed.
void NoteGpuKind(const Placement& placement, const PlacementQuery& query,
                 std::vector<std::string>* out);

}  // namespace cis::server
