// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a placement that was found before still holds.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/placement/placement.h"

namespace cis::server {

// The choices for machines of one kind, by the ids of the site.
struct ChosenMachine {
  std::string flavor_id;
  std::string image_id;
  PlanKind plan_kind = PlanKind::kNone;
  std::string network_id;  // empty if it had to be created
  std::string pool_id;     // empty if none is used
};

// What was chosen and what was required.
struct ChosenPlacement {
  const IndexedShare* share = nullptr;
  std::vector<ChosenMachine> machines;  // of each group of the query; else one
  PlacementQuery query;                 // machine, image, network and count
};

struct Recheck {
  std::optional<Placement> placement;  // as it is now; nothing if it is not valid any more
  std::vector<Reason> reasons;         // why it does not, the first failed stage first
  PlacementQuery query;                // the query that the reasons are about
};

// Searches the placement again, all groups together if the query has groups. The share must be of
// `state.index`.
Recheck RecheckPlacement(const ServingState& state, const ChosenPlacement& chosen, absl::Time now,
                         const FreshnessPolicy& policy, Work* work);

}  // namespace cis::server
