#pragma once

// The search of a whole query: for its one kind of machine, for the first alternative that is
// possible, or for all groups together.

#include <cstddef>
#include <optional>
#include <vector>

#include "server/placement/group_search.h"
#include "server/placement/part_search.h"
#include "server/placement/placement.h"
#include "server/placement/placement_list.h"

namespace cis::server {

// Searches one share after the other. Fastest if shares come in the order of the index. Not for
// several threads at a time.
class QuerySearch {
 public:
  // `context` must outlive the search. With `explains`, verdicts have reasons.
  explicit QuerySearch(const SearchContext& context, bool explains = true);

  // Adds the share's placements to `placements` and returns its verdict.
  ShareVerdict Find(const IndexedShare& share, PlacementList* placements);
  // Returns what nearly fits at the share.
  ShareDetails Details(const IndexedShare& share);
  // The reason that blocks the share, as Find has it; nothing if it has a placement.
  std::optional<Reason> WhyNot(const IndexedShare& share);
  // Whether the share has a placement: as ShareSearch::Fits, for a request of which `changed` parts
  // of the group or alternative `part` (kWhole: of what is no part's) were changed.
  bool Fits(const IndexedShare& share, size_t part, Fields changed);
  static constexpr size_t kWhole = SIZE_MAX;

  // What alone keeps some flavor or some image out of the shares that Find refused, by the number
  // of the group or alternative; of a query of one kind, one entry.
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
