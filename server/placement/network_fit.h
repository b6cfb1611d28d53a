// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which network plans of a share satisfy a request, what they need, and how sure they are.

#include <cstdint>
#include <optional>
#include <vector>

#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/quota_book.h"
#include "server/placement/reason.h"

namespace cis::server {

// Selects the plans that satisfy the request, best first. Plans whose routing is only assumed are
// put into `assumed`.
void SelectPlans(const NetworkPlans& plans, const PlacementQuery& query,
                 std::vector<const NetworkPlan*>* out, std::vector<const NetworkPlan*>* assumed);

// Returns why SelectPlans finds no plan for the share.
std::vector<Reason> ExplainNetworks(const IndexedShare& share, const PlacementQuery& query);

// Returns the floating IPs that must be created for `count` machines, in addition to the unattached
// ones.
int64_t NewFloatingIps(const NetworkPlan& plan, int64_t count);

// Returns the resources of the project that the plan takes for `count` machines: what it creates is
// counted in full.
QuotaNeeds PlanNeeds(const NetworkPlan& plan, int64_t count);

// Returns why subnets or pool have no addresses for `count` machines; nothing if they may have
// them.
std::optional<Reason> CheckRoom(const NetworkPlan& plan, int64_t count);

// What is in use when a plan is used.
struct PlanUse {
  int64_t machines = 0;          // on the plan's network
  int64_t new_floating_ips = 0;  // from its pool
  QuotaNeeds needs{};            // of all plans in use; only read if the plan creates a network
};

// Returns the use of the plan for `count` machines alone; `needs` is set only if the plan creates a
// network.
PlanUse UseOf(const NetworkPlan& plan, int64_t count);

// Returns how sure it is that the plan works. A plan that needs an address from a range that other
// projects use too is at most probable, because no user can see how many are left.
Confidence ConfidenceOf(const NetworkPlan& plan, const PlanUse& use, const QuotaBook& quotas);

// Returns the plans after `chosen` in `plans` that may replace it if its external network has no
// address left, one for each other external network; empty if `chosen` needs no address from such a
// network. `plans` are the result of SelectPlans.
std::vector<const NetworkPlan*> FallbacksOf(const NetworkPlan& chosen, int64_t count,
                                            const std::vector<const NetworkPlan*>& plans,
                                            const QuotaBook& quotas);

}  // namespace cis::server
