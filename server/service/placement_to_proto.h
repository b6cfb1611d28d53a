// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where placements and verdicts become cis.v1 messages. Each function fills a message
// that must be empty but for its name.

#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "server/placement/placement.h"

namespace cis::server {

// Sets everything but the name (placement_name.h). `now` is the time of the request.
void PlacementToProto(const Placement& placement, const PlacementQuery& query,
                      absl::Span<const PlacementQuery> parts, absl::Time now, v1::Placement* proto);

void VerdictToProto(const ShareVerdict& verdict, const ShareDetails& details,
                    const PlacementQuery& query, v1::ShareVerdict* proto);

}  // namespace cis::server
