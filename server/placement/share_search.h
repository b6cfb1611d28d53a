#pragma once

// The search of one share: what fits there, or every reason why nothing does.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/placement/placement.h"

namespace cis {

// What a request asks for, with all that is the same for every share worked out.
struct SearchContext {
  const PlacementQuery* query = nullptr;
  absl::Time now = absl::InfinitePast();
  FreshnessPolicy policy;
  std::string today;                      // "2026-11-22"
  std::vector<const SiteCatalog*> sites;  // asked for by name
  bool has_site_filter = false;           // also true if none of the names exists
  std::vector<const SiteCatalog*> excluded_sites;
};

// Fills SearchContext; `unknown_sites` gets the names that exist nowhere.
SearchContext MakeSearchContext(const Snapshot& snapshot, const PlacementQuery& query,
                                absl::Time now, const FreshnessPolicy& policy,
                                std::vector<std::string>* unknown_sites);

// Appends the share's placements to `placements` and returns its verdict.
ShareVerdict SearchShare(const IndexedShare& share, const SearchContext& context,
                         std::vector<Placement>* placements);

// Whether the share has a placement. The same answer as SearchShare, without reasons.
bool ShareFits(const IndexedShare& share, const SearchContext& context);

}  // namespace cis
