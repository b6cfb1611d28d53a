// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names of placements. They are opaque to clients and self-contained, so that a name is valid after
// a restart, on another server and after a crawl.

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/placement/recheck.h"

namespace cis::server {

inline constexpr size_t kMaxPlacementNameBytes = 512;

// Makes the names of the placements of one answer. Not thread-safe.
class PlacementNamer {
 public:
  // `query` is the query that the placements were found for; it must outlive this object.
  explicit PlacementNamer(const PlacementQuery& query) : query_(query) {}

  // Returns "placements/...". Empty if its content would be longer than kMaxPlacementNameBytes.
  std::string NameOf(const Placement& placement);

 private:
  const PlacementQuery& query_;
  // The serialized requirements, by alternative and by the entry of `os` that the image satisfies.
  std::map<std::pair<int, int>, std::string> requirements_;
};

// Returns the content of a name, `text`. Returns INVALID_PLACEMENT_NAME if it was not made by
// PlacementNamer, SHARE_NOT_FOUND if its share is not in `index` any more.
absl::StatusOr<ChosenPlacement> ParsePlacementName(absl::string_view text,
                                                   const PlacementIndex& index,
                                                   const Snapshot& snapshot);

}  // namespace cis::server
