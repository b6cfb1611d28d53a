#pragma once

// The one place where placements and reasons become cis.v1 messages. `proto` must be empty.
// placement_reply puts the parts together.

#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "server/placement/placement.h"

namespace cis {

// All but flavor, image and network.
void PlacementToProto(const Placement& placement, const PlacementQuery& query, absl::Time now,
                      v1::Placement& proto);
void PlacedFlavorToProto(const Placement& placement, v1::PlacedFlavor& proto);
void PlacedImageToProto(const Placement& placement, v1::PlacedImage& proto);
void NetworkPlanToProto(const Placement& placement, const PlacementQuery& query,
                        v1::NetworkPlan& proto);
// All but its reasons; at most `max_refused_pairs` of the refused pairs.
void VerdictToProto(const ShareVerdict& verdict, const PlacementQuery& query,
                    size_t max_refused_pairs, v1::ShareVerdict& proto);
void ReasonToProto(const Reason& reason, const PlacementQuery& query, v1::Reason& proto);

}  // namespace cis
