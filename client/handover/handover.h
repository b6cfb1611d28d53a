// SPDX-License-Identifier: Apache-2.0
#pragma once

// A placement as the input of another tool: the values that it needs, under CIS's own names.

#include <string>

#include "absl/status/statusor.h"
#include "cis/v1/placement.pb.h"
#include "client/format/format.h"

namespace cis::client {

// Returns one placement in `format`: kOpenstack and kFedcloud (a shell script), kTfvars,
// kTerraformExternal, kAnsible or kEnv. `query` is the query as it was understood. If the placement
// has groups, only the scripts start all machines. Returns INVALID_ARGUMENT if the format is none
// of these or does not support groups, or if a value cannot be handed over safely.
absl::StatusOr<std::string> FormatHandover(const v1::Placement& placement,
                                           const v1::PlacementQuery& query, Format format);

// Returns the query for the placement's kind of machine: if the query has alternatives, that of the
// one that was chosen. A query with groups is returned unchanged.
v1::PlacementQuery QueryOfMachines(const v1::Placement& placement, const v1::PlacementQuery& query);

// Returns whether the plan's external network provides floating IPs; that of a routed network only
// provides a gateway.
bool HasFloatingIps(const v1::NetworkPlan& plan);

// Returns whether to attach a floating IP: the plan has a pool and an address is required or
// preferred.
bool NeedsFloatingIp(const v1::Placement& placement, const v1::PlacementQuery& query);

}  // namespace cis::client
