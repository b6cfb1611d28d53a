#pragma once

// FindPlacements with its reply read back as a client reads it.

#include <string>

#include "absl/status/status.h"
#include "cis/v1/placement.pb.h"
#include "server/service/placement_handlers.h"

namespace cis {

inline absl::Status FindPlacements(const RequestContext& context, const Snapshot& snapshot,
                                   const v1::FindPlacementsRequest& request,
                                   v1::FindPlacementsResponse& response) {
  std::string bytes;
  const absl::Status status = FindPlacements(context, snapshot, request, bytes);
  if (!status.ok()) return status;
  if (!response.ParseFromString(bytes)) return absl::DataLossError("the reply cannot be parsed");
  return absl::OkStatus();
}

}  // namespace cis
