// SPDX-License-Identifier: Apache-2.0
#pragma once

// Placements in words. Called only for placements that are returned.

#include <string>
#include <vector>

#include "server/placement/placement.h"

namespace cis::server {

// Returns what a person should know, one sentence per note.
std::vector<std::string> DescribeNotes(const Placement& placement, const PlacementQuery& query,
                                       absl::Time now);

// Returns the steps that prepare the network, in order, one short sentence per step. `prepared_by`
// is the name of the other group whose steps create or change what the machines of this group need
// (Placement::prepared_by); empty if there is none.
std::vector<std::string> DescribeSteps(const Placement& placement, const PlacementQuery& query,
                                       const std::string& prepared_by = "");

// Returns where the facts of the network plan come from; `field` names a field of
// cis.v1.NetworkPlan.
std::vector<Evidence> PlanEvidence(const NetworkPlan& plan);

}  // namespace cis::server
