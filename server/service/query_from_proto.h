// SPDX-License-Identifier: Apache-2.0
#pragma once

// Converts a query of the API to the query of the search.

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "cis/v1/query.pb.h"
#include "server/placement/placement_query.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// Bounds the work of one request. More VOs, names or alternatives are REQUEST_TOO_LARGE.
inline constexpr int kMaxVos = 20;
inline constexpr int kMaxSites = 200;
inline constexpr int kMaxCountries = 300;
inline constexpr int kMaxGlobs = 50;
inline constexpr int kMaxExcludedPlacements = 200;
inline constexpr int kMaxOsAlternatives = 20;
inline constexpr int kMaxTextBytes = 500;
inline constexpr size_t kMaxMachineNameBytes = 63;
inline constexpr int64_t kMaxMachines = 10000;
inline constexpr double kMaxWeight = 1000;

// Returns the query, checked and with its defaults. Flavors that it names are looked up in
// `snapshot`. Returns INVALID_ARGUMENT (errors.h, placement_errors.h) naming the field and what
// would be right, or SITE_NOT_FOUND or FLAVOR_NOT_FOUND for `machine.like`, also of a group or an
// alternative.
absl::StatusOr<PlacementQuery> QueryFromProto(const v1::PlacementQuery& proto,
                                              const Snapshot& snapshot);

}  // namespace cis::server
