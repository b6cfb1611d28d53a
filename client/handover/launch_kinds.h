#pragma once

// The kinds of machines that a placement starts.

#include <optional>
#include <string>
#include <vector>

#include "cis/v1/placement.pb.h"

namespace cis::client {

// A kind of machine of a placement: its only one, or one of its groups.
struct MachineKind {
  int number = 0;           // of the group
  std::string name_suffix;  // of the names of its machines, behind $name; empty for a single kind
  int count = 1;
  v1::Placement placement;         // with the machine of the group
  v1::PlacementQuery query;        // for it
  int network_machines = 1;        // that are on a network that is made for it, others' too
  std::optional<int> prepared_by;  // the kind that makes what its network plan needs

  const v1::PlacedMachine& machine() const { return placement.machine(); }
};

// The kinds of machines of a placement that satisfies `query`: one, or each of its groups, those
// first whose network others need.
std::vector<MachineKind> KindsOf(const v1::Placement& placement, const v1::PlacementQuery& query);

}  // namespace cis::client
