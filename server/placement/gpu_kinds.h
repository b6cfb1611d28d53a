#pragma once

// In which kinds a GPU can be given to a machine: whole (passthrough), as a virtual GPU (vgpu), or
// as an instance of a partitioned card (mig).

#include <string>

#include "schema/model/records.h"

namespace cis::server {

// Whether the flavor's GPU may be of the kind: it is, or the site does not say of which kind it is
// and the card can be given out so.
bool MayBeOfGpuKind(const Flavor& flavor, const std::string& kind);

// Whether the kind is asked for (not empty) and only assumed.
bool IsGpuKindAssumed(const Flavor& flavor, const std::string& kind);

}  // namespace cis::server
