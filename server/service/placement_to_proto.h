#pragma once

// The one place where placements and reasons become cis.v1 messages.

#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "server/placement/placement.h"

namespace cis {

void PlacementToProto(const Placement& placement, const PlacementQuery& query, absl::Time now,
                      v1::Placement& proto);
void NetworkPlanToProto(const Placement& placement, const PlacementQuery& query,
                        v1::NetworkPlan& proto);
// At most `max_refused_pairs` of the refused pairs.
void VerdictToProto(const ShareVerdict& verdict, const PlacementQuery& query,
                    size_t max_refused_pairs, v1::ShareVerdict& proto);
void ReasonToProto(const Reason& reason, const PlacementQuery& query, v1::Reason& proto);

}  // namespace cis
