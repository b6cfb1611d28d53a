#pragma once

// Network plans that several groups of machines of one share use at the same time: what they take
// together, and what is made once for several of them.

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
  // Of each group: the number of another one whose plan makes or changes what its own needs too.
  std::vector<std::optional<size_t>> prepared_by;
  // Of each group: machines that are on the same network, its own among them.
  std::vector<int64_t> machines;
  // Of each group: floating IPs that must be made of its pool for all groups.
  std::vector<int64_t> new_floating_ips;
  // Of each group: floating IPs of its pool that the groups before it take.
  std::vector<int64_t> floating_ips_before;
  // Why they cannot be used together whatever the quotas are: too few addresses; Reason::parts has
  // the groups.
  std::optional<Reason> refused;
  // They cannot be used together for another reason: one router would have to lead to two networks.
  bool in_conflict = false;
};
JointPlans PutTogether(absl::Span<const GroupPlan> plans);

// The plans of one group that satisfy its requirements, best first.
struct GroupPlans {
  std::vector<const NetworkPlan*> plans;
  const MachineRequest* group = nullptr;
};

// Returns the plan of each group, so that quotas and addresses suffice for all: all on one network
// if that is possible, preferably on one that the first group prefers; else the best of each, the
// first groups first. Nothing if there are none, or if `work` ends.
std::optional<std::vector<GroupPlan>> ChoosePlansTogether(const std::vector<GroupPlans>& groups,
                                                          const QuotaBook& quotas, Work* work);

// Why there are none; nothing if there are. The first quota that leaves nothing, else addresses.
// Reason::parts has the groups. Every group must have a plan.
std::optional<Reason> WhyNoPlansTogether(const std::vector<GroupPlans>& groups,
                                         const QuotaBook& quotas, Work* work);

}  // namespace cis::server
