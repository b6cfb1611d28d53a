// SPDX-License-Identifier: Apache-2.0
#include "server/placement/search_context.h"

#include "absl/strings/strip.h"

namespace cis::server {
namespace {

const SiteCatalog* FindSite(const Snapshot& snapshot, absl::string_view name) {
  if (absl::ConsumePrefix(&name, "sites/")) return snapshot.FindSiteById(name);
  return snapshot.FindSite(name);
}

}  // namespace

SearchContext MakeSearchContext(const Snapshot& snapshot, const PlacementIndex& index,
                                const PlacementQuery& query, absl::Time now,
                                const FreshnessPolicy& policy, Work* work,
                                std::vector<std::string>* unknown_sites) {
  SearchContext context;
  context.query = &query;
  context.index = &index;
  context.systems = FitSystems(index, query);
  context.now = now;
  context.policy = policy;
  context.work = work;
  context.today = absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone());
  context.has_site_filter = !query.sites.empty();
  const auto resolve = [&](const std::vector<std::string>& names,
                           std::vector<const SiteCatalog*>* out) {
    for (const std::string& name : names) {
      const SiteCatalog* site = FindSite(snapshot, name);
      if (site != nullptr) {
        out->push_back(site);
      } else if (unknown_sites != nullptr) {
        unknown_sites->push_back(name);
      }
    }
  };
  resolve(query.sites, &context.sites);
  resolve(query.excluded_sites, &context.excluded_sites);
  return context;
}

}  // namespace cis::server
