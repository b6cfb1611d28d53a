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

// Plans that satisfy the request, best first. What is only assumed to be routed stands in
// `assumed`.
void SelectPlans(const NetworkPlans& plans, const PlacementQuery& query,
                 std::vector<const NetworkPlan*>* out, std::vector<const NetworkPlan*>* assumed);

// Why SelectPlans finds none for the share.
std::vector<Reason> ExplainNetworks(const IndexedShare& share, const PlacementQuery& query);

// Floating IPs that must be made for `count` machines beside those that lie unattached.
int64_t NewFloatingIps(const NetworkPlan& plan, int64_t count);

// Resources of the project that the plan takes for `count` machines: what it makes is charged in
// full.
QuotaNeeds PlanNeeds(const NetworkPlan& plan, int64_t count);

// Why subnets or pool have no addresses for `count` machines; nothing if they may have them.
std::optional<Reason> CheckRoom(const NetworkPlan& plan, int64_t count);

// What is taken where a plan is used.
struct PlanUse {
  int64_t machines = 0;          // that are on the plan's network
  int64_t new_floating_ips = 0;  // of its pool
  QuotaNeeds needs{};            // of all used at the same time; read where networks are made
};

// The use of the plan for `count` machines alone; `needs` only if it makes a network.
PlanUse UseOf(const NetworkPlan& plan, int64_t count);

// How sure it is that the plan works: what needs an address of a range of which others take too is
// at most probable, for how many are left is shown to no user.
Confidence ConfidenceOf(const NetworkPlan& plan, const PlanUse& use, const QuotaBook& quotas);

// Of the plans after `chosen` in `plans`, the first of each other external network that may take
// its place if that has no address left; empty if the plan takes none of it. `plans` as SelectPlans
// has them.
std::vector<const NetworkPlan*> FallbacksOf(const NetworkPlan& chosen, int64_t count,
                                            const std::vector<const NetworkPlan*>& plans,
                                            const QuotaBook& quotas);

}  // namespace cis::server
