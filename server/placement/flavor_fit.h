#pragma once

// Which flavors are what the request asks for, and if none is, why.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis {

// Set of checks that a flavor fails, one bit each; 0 = it fits. What a flavor does not say passes,
// but a GPU that is asked for must be known to be there.
using FlavorFailures = uint32_t;
FlavorFailures CheckFlavor(const Flavor& flavor, const PlacementQuery& query);

// Whether the flavor may fit by its sizes; false only if CheckFlavor fails too.
inline bool MayFit(const FlavorSizes& sizes, const PlacementQuery& query) {
  const auto within = [](const FlavorSizes::Size& size, const Int64Bounds& bounds) {
    return (!bounds.min || size.for_min >= *bounds.min) &&
           (!bounds.max || size.for_max <= *bounds.max);
  };
  return within(sizes.vcpu_count, query.vcpu_count) && within(sizes.ram_mib, query.ram_mib) &&
         within(sizes.disk_gib, query.disk_gib) && within(sizes.ephemeral_gib, query.ephemeral_gib);
}

// Whether a flavor that MayFit does fit: nothing is asked for but sizes.
bool AsksSizesOnly(const PlacementQuery& query);

// Why none of `flavors` fits, `failures` being CheckFlavor of each: the first check in order after
// which nothing is left comes first, then the others that no flavor passes. Must not be called if
// one fits.
std::vector<Reason> ExplainFlavors(absl::Span<const Flavor* const> flavors,
                                   absl::Span<const FlavorFailures> failures,
                                   const PlacementQuery& query);

// For each check that alone keeps some flavor from fitting: its reason, with the nearest of those
// flavors; for bounds also with the next value and with the farthest. Flavors that fit are passed
// over.
std::vector<Reason> FlavorNearMisses(absl::Span<const Flavor* const> flavors,
                                     absl::Span<const FlavorFailures> failures,
                                     const PlacementQuery& query);

// Whether the flavor is known to have a GPU.
bool HasGpu(const Flavor& flavor);

}  // namespace cis
