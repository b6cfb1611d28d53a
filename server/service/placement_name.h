#pragma once

// Names of placements: opaque to clients, and self-contained, so that one holds after a restart, on
// another server and after a crawl.

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/placement/recheck.h"

namespace cis {

inline constexpr size_t kMaxPlacementNameBytes = 512;

// Returns "placements/..." of a placement that was found for `query`. Empty if what it must carry
// is longer than kMaxPlacementNameBytes.
std::string FormatPlacementName(const Placement& placement, const PlacementQuery& query);

// Returns what the name says. Returns INVALID_PLACEMENT_NAME if it was not made by
// FormatPlacementName, SHARE_NOT_FOUND if its share is not in `index` any more.
absl::StatusOr<ChosenPlacement> ParsePlacementName(absl::string_view name,
                                                   const PlacementIndex& index,
                                                   const Snapshot& snapshot);

}  // namespace cis
