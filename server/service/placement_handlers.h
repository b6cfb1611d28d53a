#pragma once

// The method of PlacementService. Its errors are told in proto/cis/v1/placement.proto.

#include "absl/status/status.h"
#include "cis/v1/placement.pb.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis {

absl::Status FindPlacements(const RequestContext& context, const Snapshot& snapshot,
                            const v1::FindPlacementsRequest& request,
                            v1::FindPlacementsResponse& response);

}  // namespace cis
