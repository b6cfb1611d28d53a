// SPDX-License-Identifier: Apache-2.0
#pragma once

// Network plans that several groups of machines of one share use at the same time: what they take
// together, and what is created once for several groups.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/joint_choice.h"
#include "server/placement/network_plan.h"
#include "server/placement/placement_query.h"
#include "server/placement/quota_book.h"
#include "server/placement/reason.h"
#include "server/placement/work.h"

namespace cis::server {

// The plan of one group.
struct GroupPlan {
  const NetworkPlan* plan = nullptr;
  const MachineRequest* group = nullptr;
};

// What plans take together.
struct JointPlans {
  QuotaNeeds needs{};
  // Per group: the number of another group whose plan creates or changes what this group's plan
  // needs too.
  std::vector<std::optional<size_t>> prepared_by;
  // Per group: the machines on the same network, its own included.
  std::vector<int64_t> machines;
  // Per group: the floating IPs that must be created from its pool for all groups.
  std::vector<int64_t> new_floating_ips;
  // Per group: the floating IPs of its pool that the groups before it take.
  std::vector<int64_t> floating_ips_before;
  // Why the plans cannot be used together even if quotas are ignored: there are too few addresses.
  // Reason::parts has the groups.
  std::optional<Reason> refused;
  // The plans cannot be used together for another reason: one router would have to lead to two
  // networks.
  bool in_conflict = false;
};
JointPlans PutTogether(absl::Span<const GroupPlan> plans);

// The plans of one group that satisfy its requirements, best first.
struct GroupPlans {
  std::vector<const NetworkPlan*> plans;
  const MachineRequest* group = nullptr;
};

// Returns a plan for each group, so that quotas and addresses suffice for all: if possible all on
// one network, preferably one that the first group prefers; otherwise the best plan of each group,
// the first groups first. Nothing if there are none, or if `work` ends.
std::optional<std::vector<GroupPlan>> ChoosePlansTogether(const std::vector<GroupPlans>& groups,
                                                          const QuotaBook& quotas, Work* work);

// Returns why there are no such plans; nothing if there are. Names the first quota that allows
// none, else addresses. Reason::parts has the groups. Every group must have a plan.
std::optional<Reason> WhyNoPlansTogether(const std::vector<GroupPlans>& groups,
                                         const QuotaBook& quotas, Work* work);

}  // namespace cis::server
