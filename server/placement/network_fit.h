#pragma once

// Which network plans of a share are what the request asks for, and if none is, why.

#include <optional>
#include <vector>

#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/quota_book.h"
#include "server/placement/reason.h"

namespace cis {

// Fills `out` with the plans that satisfy the request's network wishes, best first.
void SelectPlans(const NetworkPlans& plans, const PlacementQuery& query,
                 std::vector<const NetworkPlan*>* out);

// Why SelectPlans found nothing: the reason, and a second one if another wish fails too.
std::vector<Reason> ExplainNetworks(const IndexedShare& share, const PlacementQuery& query);

// What `count` machines on `plan` take of the project's network quotas. Floating IPs that are there
// and attached to nothing need not be made.
QuotaNeeds PlanNeeds(const NetworkPlan& plan, int64_t count);

}  // namespace cis
