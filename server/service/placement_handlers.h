#pragma once

// The method of PlacementService. Its errors are told in proto/cis/v1/placement.proto.

#include <string>

#include "absl/status/status.h"
#include "cis/v1/placement.pb.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis {

// `reply` is a serialised FindPlacementsResponse (placement_reply.h says why).
absl::Status FindPlacements(const RequestContext& context, const Snapshot& snapshot,
                            const v1::FindPlacementsRequest& request, std::string& reply);

}  // namespace cis
