#pragma once

// What is worth knowing of the image and the GPU that were taken, in sentences.

#include <string>
#include <vector>

#include "server/placement/placement.h"
#include "server/placement/placement_query.h"

namespace cis::server {

// Appends the notes on images that are found by name only or start in an unusual way: community
// images, shared images that the project has not accepted, installers, snapshots with volumes.
void NoteUnusualImage(const Placement& placement, std::vector<std::string>* out);

// Appends a note if the kind of GPU that is asked for is only assumed.
void NoteGpuKind(const Placement& placement, const PlacementQuery& query,
                 std::vector<std::string>* out);

}  // namespace cis::server
