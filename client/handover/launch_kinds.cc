// SPDX-License-Identifier: Apache-2.0
#include "client/handover/launch_kinds.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace cis::client {
namespace {

// Returns a word for the names of a group's machines.
std::string NameSuffix(const std::string& group, int number) {
  const bool plain = std::all_of(group.begin(), group.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
  return absl::StrCat("-", plain ? group : absl::StrCat("group", number + 1));
}

}  // namespace

std::vector<MachineKind> KindsOf(const v1::Placement& placement, const v1::PlacementQuery& query) {
  std::vector<MachineKind> kinds;
  if (placement.groups().empty()) {
    MachineKind& kind = kinds.emplace_back();
    kind.count = kind.network_machines = std::max(query.count(), 1);
    kind.placement = placement;
    kind.query = query;
    return kinds;
  }
  int all = 0;
  for (const v1::PlacedGroup& group : placement.groups()) all += group.count();
  for (int i = 0; i < placement.groups_size(); ++i) {
    const v1::PlacedGroup& group = placement.groups(i);
    MachineKind& kind = kinds.emplace_back();
    kind.number = i;
    kind.name_suffix = NameSuffix(group.display_name(), i);
    kind.count = std::max(group.count(), 1);
    kind.network_machines = all;
    kind.placement = placement;
    kind.placement.clear_groups();
    *kind.placement.mutable_machine() = group.machine();
    kind.query = query;
    if (i < query.groups_size()) *kind.query.mutable_network() = query.groups(i).network();
    for (int j = 0; j < placement.groups_size() && !group.prepared_by().empty(); ++j) {
      if (placement.groups(j).display_name() == group.prepared_by()) kind.prepared_by = j;
    }
  }
  // Kinds whose network others need are started first.
  std::stable_partition(kinds.begin(), kinds.end(),
                        [](const MachineKind& kind) { return !kind.prepared_by; });
  return kinds;
}

}  // namespace cis::client
