// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kinds in which a machine can get a GPU: whole (passthrough), as a virtual GPU (vgpu), or as
// an instance of a partitioned card (mig).

#include <string>

#include "schema/model/records.h"

namespace cis::server {

// Returns whether the flavor's GPU may be of the kind: it is, or the site does not report the kind
// and the card supports it.
bool MayBeOfGpuKind(const Flavor& flavor, const std::string& kind);

// Returns whether a kind is requested (not empty) and only assumed.
bool IsGpuKindAssumed(const Flavor& flavor, const std::string& kind);

}  // namespace cis::server
