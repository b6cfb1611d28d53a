// SPDX-License-Identifier: Apache-2.0
#pragma once

// A request together with everything that is the same for every share, computed once.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/data_state.h"
#include "server/placement/image_fit.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/work.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

struct SearchContext {
  const PlacementQuery* query = nullptr;
  const PlacementIndex* index = nullptr;
  SystemFits systems;  // of `query` in `index`
  absl::Time now = absl::InfinitePast();
  FreshnessPolicy policy;
  std::string today;                      // "2026-11-22"
  std::vector<const SiteCatalog*> sites;  // requested by name
  bool has_site_filter = false;           // also true if none of the names exists
  std::vector<const SiteCatalog*> excluded_sites;
  Work* work = nullptr;  // the limit of what the search may cost
};

// Fills SearchContext; `unknown_sites` gets the names that exist nowhere.
SearchContext MakeSearchContext(const Snapshot& snapshot, const PlacementIndex& index,
                                const PlacementQuery& query, absl::Time now,
                                const FreshnessPolicy& policy, Work* work,
                                std::vector<std::string>* unknown_sites);

}  // namespace cis::server
