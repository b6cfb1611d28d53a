// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "schema/model/catalog.h"
#include "server/snapshot/site_index.h"
#include "server/snapshot/views.h"

namespace cis::server {

// An immutable view of one generation of the catalog. Safe to read from any number of threads.
class Snapshot {
 public:
  // Reuses the indexes of sites that have not changed since `previous` (may be null).
  static std::shared_ptr<const Snapshot> Build(Catalog catalog, const Snapshot* previous = nullptr);
  // The same with the indexes of several snapshots, of which any may have the same sites.
  static std::shared_ptr<const Snapshot> Build(Catalog catalog,
                                               absl::Span<const Snapshot* const> previous);

  const Catalog& catalog() const { return catalog_; }
  int64_t generation() const { return catalog_.generation; }
  CatalogVersion version() const { return catalog_.version(); }

  // All shares, ordered by (site, vo, keystone_url, region, project_key).
  absl::Span<const ShareView> shares() const { return shares_; }
  // Returns the configured shares of a VO, in the same order. Empty if there are none.
  absl::Span<const ShareView> SharesOfVo(absl::string_view vo) const;
  // Names of all VOs with at least one share, sorted.
  absl::Span<const std::string> vo_names() const { return vo_names_; }

  // All sites, ordered as full names of their resources are: by resource id and "/".
  absl::Span<const std::shared_ptr<const SiteIndex>> sites() const { return sites_; }

  // Finds a site by its resource id, the last part of "sites/{site}". nullptr if absent.
  const SiteIndex* FindSiteIndex(absl::string_view site_id) const;
  // Finds a crawl by its number. nullptr if absent.
  const Crawl* FindCrawl(int64_t crawl_id) const;

  // Finds a site by its GOCDB name, ignoring case. nullptr if absent.
  const SiteCatalog* FindSite(absl::string_view site_name) const;
  // Finds a site by its resource id, the last part of "sites/{site}". nullptr if absent.
  const SiteCatalog* FindSiteById(absl::string_view site_id) const;

 private:
  Snapshot(Catalog catalog, absl::Span<const Snapshot* const> previous);

  Catalog catalog_;
  std::vector<ShareView> shares_;
  std::vector<std::string> vo_names_;
  absl::flat_hash_map<std::string, std::vector<ShareView>> shares_of_vo_;
  absl::flat_hash_map<std::string, const SiteCatalog*> site_by_name_;  // lower case
  std::vector<std::shared_ptr<const SiteIndex>> sites_;
  absl::flat_hash_map<std::string, const SiteIndex*> site_by_id_;
};

}  // namespace cis::server
