#pragma once

// A placement as the input of another tool: the values that it needs, under names of ours.

#include <string>

#include "absl/status/statusor.h"
#include "cis/v1/placement.pb.h"
#include "client/format/format.h"

namespace cis::client {

// Text of one placement in `format`: kOpenstack and kFedcloud (a shell script), kTfvars,
// kTerraformExternal, kAnsible or kEnv. `query` is the query as it was understood. Of a placement
// with groups, only the scripts start all machines.
// Returns INVALID_ARGUMENT if the format is none of these, cannot hold the groups that there are,
// or a value cannot be handed over safely.
absl::StatusOr<std::string> FormatHandover(const v1::Placement& placement,
                                           const v1::PlacementQuery& query, Format format);

// The query for the kind of machine that the placement has: of alternatives, that of the one that
// was chosen. A query with groups stays as it is.
v1::PlacementQuery QueryOfMachines(const v1::Placement& placement, const v1::PlacementQuery& query);

// Whether the plan's external network gives floating IPs; a routed network's gives a gateway only.
bool HasFloatingIps(const v1::NetworkPlan& plan);

// Whether a floating IP is to be attached: the plan has a pool and an address is required or
// preferred.
bool NeedsFloatingIp(const v1::Placement& placement, const v1::PlacementQuery& query);

}  // namespace cis::client
