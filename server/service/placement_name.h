#pragma once

// Names of placements: opaque to clients, and self-contained, so that one holds after a restart, on
// another server and after a crawl.

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/placement/recheck.h"

namespace cis::server {

inline constexpr size_t kMaxPlacementNameBytes = 512;

// Makes the names of the placements of one answer. Not for several threads at a time.
class PlacementNamer {
 public:
  // `query` is the one that they were found for, and must outlive this.
  explicit PlacementNamer(const PlacementQuery& query) : query_(query) {}

  // Returns "placements/...". Empty if what it must carry is longer than kMaxPlacementNameBytes.
  std::string NameOf(const Placement& placement);

 private:
  const PlacementQuery& query_;
  // What was required, serialized: by alternative, and by the entry of `os` that the image has.
  std::map<std::pair<int, int>, std::string> requirements_;
};

// Returns what the name says. Returns INVALID_PLACEMENT_NAME if it was not made by
// PlacementNamer, SHARE_NOT_FOUND if its share is not in `index` any more.
absl::StatusOr<ChosenPlacement> ParsePlacementName(absl::string_view name,
                                                   const PlacementIndex& index,
                                                   const Snapshot& snapshot);

}  // namespace cis::server
