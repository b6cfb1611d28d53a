#pragma once

// The search of one share: what fits there, or every reason why nothing does.

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/placement/image_fit.h"
#include "server/placement/placement.h"

namespace cis {

// What a request asks for, with all that is the same for every share worked out.
struct SearchContext {
  const PlacementQuery* query = nullptr;
  const PlacementIndex* index = nullptr;
  SystemFits systems;  // of `query` in `index`
  absl::Time now = absl::InfinitePast();
  FreshnessPolicy policy;
  std::string today;                      // "2026-11-22"
  std::vector<const SiteCatalog*> sites;  // asked for by name
  bool has_site_filter = false;           // also true if none of the names exists
  std::vector<const SiteCatalog*> excluded_sites;
};

// Fills SearchContext; `unknown_sites` gets the names that exist nowhere.
SearchContext MakeSearchContext(const Snapshot& snapshot, const PlacementIndex& index,
                                const PlacementQuery& query, absl::Time now,
                                const FreshnessPolicy& policy,
                                std::vector<std::string>* unknown_sites);

// Lists that the searches of one request use one after the other, so that each need not make its
// own. Not safe to share between threads.
struct SearchScratch {
  std::vector<const Flavor*> flavors;
  std::vector<SelectedImage> images;
  std::vector<const NetworkPlan*> plans;
};

// Appends the share's placements to `placements` and returns its verdict.
ShareVerdict SearchShare(const IndexedShare& share, const SearchContext& context,
                         SearchScratch* scratch, std::vector<Placement>* placements);

// The reason that blocks the share, as SearchShare has it; nothing if it has a placement.
std::optional<Reason> WhyNotShare(const IndexedShare& share, const SearchContext& context,
                                  SearchScratch* scratch);

// Whether the share has a placement. The same answer as SearchShare, without reasons.
bool ShareFits(const IndexedShare& share, const SearchContext& context, SearchScratch* scratch);

}  // namespace cis
