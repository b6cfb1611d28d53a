// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kinds of machines that a placement starts.

#include <optional>
#include <string>
#include <vector>

#include "cis/v1/placement.pb.h"

namespace cis::client {

// One kind of machine of a placement: its only one, or one of its groups.
struct MachineKind {
  int number = 0;           // of the group
  std::string name_suffix;  // of the names of its machines, after $name; empty for a single kind
  int count = 1;
  v1::Placement placement;         // with the group's machine
  v1::PlacementQuery query;        // for it
  int network_machines = 1;        // on the network that is created for it, others' too
  std::optional<int> prepared_by;  // the kind that creates what its network plan needs

  const v1::PlacedMachine& machine() const { return placement.machine(); }
};

// Returns the kinds of machines of a placement that satisfies `query`: one, or each of its groups,
// starting with those whose network others need.
std::vector<MachineKind> KindsOf(const v1::Placement& placement, const v1::PlacementQuery& query);

}  // namespace cis::client
