// SPDX-License-Identifier: Apache-2.0
#pragma once

// The methods of PlacementService.

#include "absl/status/status.h"
#include "cis/v1/placement.pb.h"
#include "server/placement/serving_state.h"
#include "server/service/request_context.h"

namespace cis::server {

// Each function returns the errors that its method documents. `response` must be empty.
absl::Status FindPlacements(const RequestContext& context, const ServingState& state,
                            const v1::FindPlacementsRequest& request,
                            v1::FindPlacementsResponse& response);
absl::Status GetPlacement(const RequestContext& context, const ServingState& state,
                          const v1::GetPlacementRequest& request,
                          v1::GetPlacementResponse& response);
absl::Status ExplainPlacements(const RequestContext& context, const ServingState& state,
                               const v1::ExplainPlacementsRequest& request,
                               v1::ExplainPlacementsResponse& response);

}  // namespace cis::server
