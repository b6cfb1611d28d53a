#pragma once

// Placements in words. Called for those placements only that are returned.

#include <string>
#include <vector>

#include "server/placement/placement.h"

namespace cis::server {

// What a person should know, one sentence each.
std::vector<std::string> DescribeNotes(const Placement& placement, const PlacementQuery& query,
                                       absl::Time now);

// What has to be done for the network, in order, one short sentence each. `prepared_by` is the name
// of the other group whose steps make or change what this one's machines need (Placement::
// prepared_by); empty if there is none.
std::vector<std::string> DescribeSteps(const Placement& placement, const PlacementQuery& query,
                                       const std::string& prepared_by = "");

// Where the facts of the network plan come from; `field` is one of cis.v1.NetworkPlan.
std::vector<Evidence> PlanEvidence(const NetworkPlan& plan);

}  // namespace cis::server
