// SPDX-License-Identifier: Apache-2.0
#pragma once

// The search for a whole query: for its one kind of machine, for the first alternative that is
// possible, or for all groups together.

#include <cstddef>
#include <optional>
#include <vector>

#include "server/placement/group_search.h"
#include "server/placement/part_search.h"
#include "server/placement/placement.h"
#include "server/placement/placement_list.h"

namespace cis::server {

// Searches one share after the other. Fastest if shares come in the order of the index. Not
// thread-safe.
class QuerySearch {
 public:
  // `context` must outlive the search. With `explains`, verdicts have reasons.
  explicit QuerySearch(const SearchContext& context, bool explains = true);

  // Adds the share's placements to `placements` and returns its verdict.
  ShareVerdict Find(const IndexedShare& share, PlacementList* placements);
  // Returns what nearly fits at the share.
  ShareDetails Details(const IndexedShare& share);
  // Returns the reason that blocks the share, as Find determines it; nothing if the share has a
  // placement.
  std::optional<Reason> WhyNot(const IndexedShare& share);
  // Returns whether the share has a placement, as ShareSearch::Fits does, for a request in which
  // the fields `changed` of the group or alternative `part` were changed (kWhole: fields that
  // belong to no part).
  bool Fits(const IndexedShare& share, size_t part, Fields changed);
  static constexpr size_t kWhole = SIZE_MAX;

  // The checks that alone exclude some flavor or image from the shares that Find rejected, by the
  // number of the group or alternative; one entry for a query of one kind.
  size_t part_count() const { return parts_.size(); }
  const NearMisses& near_misses(size_t part) const { return parts_[part]->search().near_misses(); }

 private:
  ShareVerdict FindAlternative(const IndexedShare& share, PlacementList* placements);
  ShareVerdict FindGroups(const IndexedShare& share, PlacementList* placements);

  const SearchContext& context_;
  const bool explains_;
  PartSearches parts_;
  std::optional<GroupSearch> groups_;
};

}  // namespace cis::server
