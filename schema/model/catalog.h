// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/base/shared_vector.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"

namespace cis {

// Number of crawls that are loaded: two weeks of a crawl every three or four hours, enough to tell
// a bad day from a dead site. The file holds every crawl of the history that is kept.
inline constexpr int kMaxCrawls = 100;

// Number of results that are loaded: those of the newest crawls, of whole crawls only, and always
// all results of the newest crawl. Bounds the memory of a server; the file holds the results of all
// crawls.
inline constexpr int64_t kMaxLoadedCrawlResults = 10000;

// A flavor or image as stored: once per endpoint, however many shares see it.
template <typename Record>
struct Stored {
  Record record;
  bool active = true;  // false = missing from the last complete listing
  absl::Time first_seen = absl::InfinitePast();
  absl::Time last_seen = absl::InfinitePast();
};

// One share with all of its records. Indexes point into the endpoint's vectors.
struct ShareCatalog {
  Share share;
  std::vector<KindState> kinds;         // one entry per kind that was ever tried
  std::vector<int32_t> flavor_indexes;  // visible and active, ascending
  std::vector<int32_t> image_indexes;
  std::vector<Stored<Network>> networks;  // ordered by id; inactive ones included
  std::vector<Router> routers;
  std::vector<FloatingIp> floating_ips;
  bool routers_known = false;
  bool floating_ips_known = false;
  std::vector<SubnetPool> subnet_pools;  // ordered by id
  std::vector<Quota> quotas;             // ordered by resource
  std::vector<AvailabilityZone> zones;   // ordered by service and name
  std::vector<VolumeType> volume_types;  // ordered by id
  // False if the catalog is what a caller sees who may not see what the VO has: then records of it
  // are missing here, and nothing may be concluded from that about placements.
  bool is_searched = true;
};

struct EndpointCatalog {
  Endpoint endpoint;
  SharedVector<Stored<Flavor>> flavors;  // ordered by id; inactive ones included
  SharedVector<Stored<Image>> images;    // ordered by id
  std::vector<ShareCatalog> shares;      // ordered by (vo, project_key)
  // The projects that the site offers to the credentials of the shares, by id; empty if it was
  // never asked.
  std::vector<OfferedProject> offered_projects;
};

struct SiteCatalog {
  Site site;
  std::vector<EndpointCatalog> endpoints;  // ordered by (keystone_url, region)
  int64_t generation = 0;                  // of the last change to this site
  int64_t revision = 0;  // opaque; the same site at the same revision has the same contents
};

// Says which contents a database has. Equal versions have equal contents, also where a file was
// replaced by an older copy and crawled on.
struct CatalogVersion {
  int64_t database_id = 0;  // of the database and its copies; one that is made anew has another
  int64_t generation = 0;   // grows with each change
  int64_t revision = 0;     // random, drawn with each generation

  friend bool operator==(const CatalogVersion&, const CatalogVersion&) = default;
};

// Everything that the store serves, at one generation. Parts are shared and immutable, so that a
// new generation reuses the sites that did not change.
struct Catalog {
  std::vector<std::shared_ptr<const SiteCatalog>> sites;  // ordered by name
  std::vector<Crawl> crawls;                              // newest first, at most kMaxCrawls
  std::vector<CrawlResult> crawl_results;  // of the newest of those crawls (kMaxLoadedCrawlResults)
  std::shared_ptr<const Registry> registry = std::make_shared<const Registry>();  // never null
  int64_t generation = 0;
  int64_t database_id = 0;  // as in CatalogVersion
  int64_t revision = 0;     // likewise; 0 in a catalog of an earlier time

  CatalogVersion version() const { return {database_id, generation, revision}; }
};

}  // namespace cis
