// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collects the placements of one page from any number that a search finds.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/placement/placement.h"
#include "server/placement/score.h"

namespace cis::server {

// Keeps no more than twice the number that is requested, and counts the rest.
class PlacementList {
 public:
  // Keeps those after the position `after` (nothing: from the first), at most `limit`. The query
  // must outlive the list.
  PlacementList(const PlacementQuery& query, std::optional<PlacementKey> after, size_t limit);

  void Add(Placement placement);
  // Placements that are added from now on are for the alternative with this number.
  void set_alternative(size_t number) { alternative_ = number; }

  // The number of placements that were added, including those before the position.
  int64_t total() const { return total_; }
  // Whether there are more placements after the position than the limit.
  bool has_more() const { return behind_ > limit_; }
  // Returns the first placements after the position, in order. The list is empty afterwards.
  std::vector<Placement> Take();

 private:
  // The last placement that is kept, once there are as many as the limit.
  struct Bound {
    PlacementKey key;
    const IndexedShare* share = nullptr;
  };

  // Whether so many placements are better that this one cannot be on the page.
  bool IsBeyond(const Placement& placement) const;
  // Sorts the kept placements and drops those beyond the limit.
  void Prune();

  const PlacementQuery& query_;
  const std::optional<PlacementKey> after_;
  const size_t limit_;
  std::vector<Placement> kept_;
  std::optional<Bound> bound_;
  std::optional<size_t> alternative_;
  size_t behind_ = 0;  // after the position
  int64_t total_ = 0;
};

}  // namespace cis::server
