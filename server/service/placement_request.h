#pragma once

// The request of FindPlacements, checked and with its defaults.

#include "absl/status/statusor.h"
#include "cis/v1/placement.pb.h"
#include "server/placement/placement_query.h"

namespace cis {

// Bounds the work of one request. More VOs, names or alternatives are REQUEST_TOO_LARGE.
inline constexpr int kMaxVos = 20;
inline constexpr int kMaxNames = 200;
inline constexpr int kMaxOsAlternatives = 20;
inline constexpr int kMaxTextBytes = 500;
inline constexpr int64_t kMaxMachines = 10000;
inline constexpr double kMaxWeight = 1000;

inline constexpr int32_t kDefaultPlacements = 50;
inline constexpr int32_t kMaxPlacements = 1000;

// Returns INVALID_ARGUMENT (errors.h, placement_errors.h) naming the field and what would be right.
absl::StatusOr<PlacementQuery> ParsePlacementRequest(const v1::FindPlacementsRequest& request);

// Placements on one page: the default for 0, at most kMaxPlacements.
// Returns NEGATIVE_PAGE_SIZE if it is negative.
absl::StatusOr<int32_t> PlacementPageSize(int32_t page_size);

// Returns `query` as a request, with defaults and canonical names: the request as it was
// understood, or a relaxed one. What does not exclude anything (order, page size, time) is that of
// `request`.
v1::FindPlacementsRequest InterpretedRequest(const v1::FindPlacementsRequest& request,
                                             const PlacementQuery& query, int32_t page_size);

}  // namespace cis
