// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a flavor satisfies a request.

#include <cstdint>
#include <optional>

#include "server/placement/checks.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"

namespace cis::server {

// Returns the checks that the flavor fails; 0 if it fits. A value that the flavor does not report
// passes, except that a GPU that is required must be reported.
Checks CheckFlavor(const Flavor& flavor, const PlacementQuery& query);

// Returns whether the flavor may fit by its sizes; false only if CheckFlavor fails too.
inline bool MayFit(const FlavorSizes& sizes, const PlacementQuery& query) {
  const auto within = [](const FlavorSizes::Size& size, const Int64Bounds& bounds) {
    return (!bounds.min || size.for_min >= *bounds.min) &&
           (!bounds.max || size.for_max <= *bounds.max);
  };
  return within(sizes.vcpu_count, query.vcpu_count) && within(sizes.ram_mib, query.ram_mib) &&
         within(sizes.disk_gib, query.disk_gib) && within(sizes.ephemeral_gib, query.ephemeral_gib);
}

// Returns whether the request has no requirements but sizes, so that every flavor that MayFit does
// fit.
bool AsksSizesOnly(const PlacementQuery& query);

// Returns whether the flavor is known to have a GPU.
bool HasGpu(const Flavor& flavor);

// Returns the memory of all GPUs of a machine together; nothing if their number or their memory is
// not known. A slice of a card has the memory of the slice.
std::optional<int64_t> TotalGpuMemoryMib(const Flavor& flavor);

}  // namespace cis::server
