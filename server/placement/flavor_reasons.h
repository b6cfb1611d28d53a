#pragma once

// Why none of a list of flavors satisfies a request.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/checks.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis {

// Returns why none of `flavors` fits; `failures` has CheckFlavor of each. The first check in order
// after which nothing is left comes first, then the other checks that every flavor fails. At least
// one flavor must be given and none may fit, unless `flavors` is empty.
std::vector<Reason> ExplainFlavors(absl::Span<const Flavor* const> flavors,
                                   absl::Span<const Checks> failures, const PlacementQuery& query);

// Returns, for each check that is the only one that some flavor fails, its reason with the nearest
// such flavor; for bounds also with the next value and with the farthest. Flavors that fit are
// skipped.
std::vector<Reason> FlavorNearMisses(absl::Span<const Flavor* const> flavors,
                                     absl::Span<const Checks> failures,
                                     const PlacementQuery& query);

// Returns the code of a check that a flavor fails.
ReasonCode CodeOf(FlavorCheck check);

// Returns the bounds of the request that a check compares with; nullptr if it compares none.
const Int64Bounds* BoundsOf(const PlacementQuery& query, FlavorCheck check);

// Returns whether the check compares with an upper bound.
bool IsUpperBound(FlavorCheck check);

// Returns what the flavor reports of the number that a check compares; nothing if it reports none
// or if the check compares no number. The number of GPUs is rounded down.
std::optional<int64_t> ValueOf(const Flavor& flavor, FlavorCheck check);

// Returns whether the flavor reports what the check needs to know.
bool Reports(const Flavor& flavor, FlavorCheck check);

}  // namespace cis
