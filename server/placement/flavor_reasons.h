// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why none of a list of flavors satisfies a request.

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/checks.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis::server {

// Returns why none of `flavors` fits; `failures` has the result of CheckFlavor for each. First
// comes the first check, in order, after which no flavor is left; then the other checks that every
// flavor fails. Unless `flavors` is empty, none of them may fit.
std::vector<Reason> ExplainFlavors(absl::Span<const Flavor* const> flavors,
                                   absl::Span<const Checks> failures, const PlacementQuery& query);

// A value of a bound at which some flavor that fails nothing else would fit.
struct NearValue {
  FlavorCheck check;
  int64_t value;

  friend auto operator<=>(const NearValue&, const NearValue&) = default;
};

// The checks and values that alone exclude some flavors or images.
struct NearMisses {
  std::vector<Reason> reasons;    // from checks that do not compare bounds
  std::vector<NearValue> values;  // from bounds; the same value may occur more than once
};

// Adds each check that is the only one that some flavor fails.
void AddFlavorNearMisses(absl::Span<const Flavor* const> flavors, absl::Span<const Checks> failures,
                         const PlacementQuery& query, NearMisses* out);

// Returns a reason for each flavor that fails only one check, unless that check is on its name.
// Each reason is about one flavor, so nothing is counted.
std::vector<Reason> NearFlavors(absl::Span<const Flavor* const> flavors,
                                absl::Span<const Checks> failures, const PlacementQuery& query);

// Returns the code of a check that a flavor fails.
ReasonCode CodeOf(FlavorCheck check);

// Returns the check that a reason about flavors comes from; nothing for other reasons.
std::optional<FlavorCheck> FlavorCheckOf(ReasonCode code);

// Returns the bounds of the request that a check compares with; nullptr if it compares none.
const Int64Bounds* BoundsOf(const MachineRequest& query, FlavorCheck check);
Int64Bounds* MutableBoundsOf(MachineRequest* query, FlavorCheck check);

// Returns whether the check compares with an upper bound.
bool IsUpperBound(FlavorCheck check);

// Returns what the flavor reports of the number that a check compares; nothing if it reports none
// or if the check compares no number. The number of GPUs is rounded down.
std::optional<int64_t> ValueOf(const Flavor& flavor, FlavorCheck check);

// Returns whether the flavor reports what the check needs to know.
bool Reports(const Flavor& flavor, FlavorCheck check);

}  // namespace cis::server
