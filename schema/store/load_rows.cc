// SPDX-License-Identifier: Apache-2.0
#include "schema/store/load_rows.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "schema/base/check.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

using IndexById = absl::flat_hash_map<int64_t, int32_t>;

// Loads all records of one endpoint, and the position of each row among them.
template <typename Record>
absl::StatusOr<IndexById> LoadListed(Connection& db, RecordPool& pool, const sql::ListedSql& sql,
                                     int64_t endpoint_id, std::vector<Stored<Record>>* records,
                                     std::vector<int64_t>* ids) {
  IndexById index_by_id;
  // Records are large; growing would move each of them several times.
  CIS_ASSIGN_OR_RETURN(Statement * count, UseWith(db, sql.count, "endpoint_id", endpoint_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *count, [&](RowReader&) {
    records->reserve(static_cast<size_t>(count->Int("item_count")));
  }));
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql.load, "endpoint_id", endpoint_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, pool, [&](RowReader& read) {
    ids->push_back(load->Int("id"));
    index_by_id.emplace(ids->back(), static_cast<int32_t>(records->size()));
    ReadStored(read, &records->emplace_back());
  }));
  CIS_CHECK(ids->size() == records->size(), "each record has its row");
  return index_by_id;
}

absl::StatusOr<std::vector<int32_t>> LoadLinks(Connection& db, const sql::ListedSql& sql,
                                               int64_t share_id, const IndexById& index_by_id) {
  std::vector<int32_t> indexes;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql.load_links, "share_id", share_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader&) {
    const auto it = index_by_id.find(load->Int("item_id"));
    if (it != index_by_id.end()) indexes.push_back(it->second);
  }));
  std::sort(indexes.begin(), indexes.end());
  indexes.shrink_to_fit();
  return indexes;
}

// Loads rows with one record each.
template <typename Record>
absl::StatusOr<std::vector<Record>> LoadPlain(Connection& db, RecordPool& pool,
                                              const std::string& sql, int64_t share_id) {
  std::vector<Record> records;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql, "share_id", share_id));
  CIS_RETURN_IF_ERROR(ForEachRow(
      db, *load, pool, [&](RowReader& read) { VisitFields(read, records.emplace_back()); }));
  records.shrink_to_fit();
  return records;
}

}  // namespace

absl::StatusOr<Statement*> UseWith(Connection& db, absl::string_view sql, absl::string_view name,
                                   int64_t value) {
  CIS_ASSIGN_OR_RETURN(Statement * statement, db.Use(sql));
  statement->BindInt(name, value);
  return statement;
}

absl::Status LoadNetworks(Connection& db, RecordPool& pool, int64_t share_id,
                          std::vector<Stored<Network>>* networks,
                          std::vector<int64_t>* network_ids) {
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadNetworks(), "share_id", share_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, pool, [&](RowReader& read) {
    network_ids->push_back(load->Int("id"));
    ReadStored(read, &networks->emplace_back());
  }));
  networks->shrink_to_fit();
  CIS_CHECK(network_ids->size() == networks->size(), "each network has its row");
  // Subnets come in the order of the networks.
  size_t i = 0;
  CIS_ASSIGN_OR_RETURN(Statement * subnets, UseWith(db, sql::LoadSubnets(), "share_id", share_id));
  return ForEachRow(db, *subnets, pool, [&](RowReader& read) {
    const int64_t network_id = subnets->Int("network_id");
    while (i < network_ids->size() && (*network_ids)[i] != network_id) ++i;
    if (i < network_ids->size()) VisitFields(read, (*networks)[i].record.subnets.emplace_back());
  });
}

absl::StatusOr<std::vector<Router>> LoadRouters(Connection& db, RecordPool& pool,
                                                int64_t share_id) {
  std::vector<Router> routers;
  std::vector<int64_t> ids;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadRouters(), "share_id", share_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, pool, [&](RowReader& read) {
    ids.push_back(load->Int("id"));
    VisitFields(read, routers.emplace_back());
  }));
  CIS_CHECK(ids.size() == routers.size(), "each router has its row");
  // Their networks and subnets come in the order of the routers.
  const auto load_links = [&](absl::string_view sql, absl::string_view name,
                              std::vector<std::string> Router::*links) -> absl::Status {
    size_t i = 0;
    CIS_ASSIGN_OR_RETURN(Statement * statement, UseWith(db, sql, "share_id", share_id));
    return ForEachRow(db, *statement, [&](RowReader& read) {
      const int64_t router_id = statement->Int("router_id");
      while (i < ids.size() && ids[i] != router_id) ++i;
      if (i < ids.size()) read(name, (routers[i].*links).emplace_back());
    });
  };
  CIS_RETURN_IF_ERROR(load_links(sql::kLoadRouterNetworks, "network_id", &Router::network_ids));
  CIS_RETURN_IF_ERROR(load_links(sql::kLoadRouterSubnets, "subnet_id", &Router::subnet_ids));
  return routers;
}

absl::StatusOr<std::vector<FloatingIp>> LoadFloatingIps(Connection& db, RecordPool& pool,
                                                        int64_t share_id) {
  return LoadPlain<FloatingIp>(db, pool, sql::LoadFloatingIps(), share_id);
}

absl::StatusOr<std::vector<SubnetPool>> LoadSubnetPools(Connection& db, RecordPool& pool,
                                                        int64_t share_id) {
  return LoadPlain<SubnetPool>(db, pool, sql::LoadSubnetPools(), share_id);
}

absl::StatusOr<std::vector<AvailabilityZone>> LoadZones(Connection& db, RecordPool& pool,
                                                        int64_t share_id) {
  return LoadPlain<AvailabilityZone>(db, pool, sql::LoadZones(), share_id);
}

absl::StatusOr<std::vector<VolumeType>> LoadVolumeTypes(Connection& db, RecordPool& pool,
                                                        int64_t share_id) {
  return LoadPlain<VolumeType>(db, pool, sql::LoadVolumeTypes(), share_id);
}

absl::StatusOr<std::vector<Quota>> LoadQuotas(Connection& db, RecordPool& pool, int64_t share_id) {
  return LoadPlain<Quota>(db, pool, sql::LoadQuotas(), share_id);
}

namespace {

absl::Status LoadShares(Connection& db, RecordPool& pool, const IndexById& flavors,
                        const IndexById& images, EndpointCatalog* endpoint, EndpointRows* rows) {
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadShares(), "endpoint_id", rows->id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    rows->shares.emplace_back().id = load->Int("id");
    ShareCatalog& share = endpoint->shares.emplace_back();
    share.share.endpoint = endpoint->endpoint;
    read("vo", share.share.vo);
    read("routers_known", share.routers_known);
    read("floating_ips_known", share.floating_ips_known);
    VisitFields(read, share.share);
  }));
  CIS_CHECK(rows->shares.size() == endpoint->shares.size(), "each share has its row");
  for (size_t i = 0; i < rows->shares.size(); ++i) {
    const int64_t share_id = rows->shares[i].id;
    ShareCatalog& share = endpoint->shares[i];
    CIS_ASSIGN_OR_RETURN(share.kinds, LoadPlain<KindState>(db, pool, sql::LoadKinds(), share_id));
    std::sort(share.kinds.begin(), share.kinds.end(),
              [](const KindState& a, const KindState& b) { return a.kind < b.kind; });
    CIS_ASSIGN_OR_RETURN(share.flavor_indexes, LoadLinks(db, sql::FlavorSql(), share_id, flavors));
    CIS_ASSIGN_OR_RETURN(share.image_indexes, LoadLinks(db, sql::ImageSql(), share_id, images));
    CIS_RETURN_IF_ERROR(
        LoadNetworks(db, pool, share_id, &share.networks, &rows->shares[i].network_ids));
    CIS_ASSIGN_OR_RETURN(share.routers, LoadRouters(db, pool, share_id));
    CIS_ASSIGN_OR_RETURN(share.floating_ips, LoadFloatingIps(db, pool, share_id));
    CIS_ASSIGN_OR_RETURN(share.subnet_pools, LoadSubnetPools(db, pool, share_id));
    CIS_ASSIGN_OR_RETURN(share.quotas, LoadQuotas(db, pool, share_id));
    CIS_ASSIGN_OR_RETURN(share.zones, LoadZones(db, pool, share_id));
    CIS_ASSIGN_OR_RETURN(share.volume_types, LoadVolumeTypes(db, pool, share_id));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadSite(Connection& db, RecordPool& pool, SiteCatalog* site, SiteRows* rows) {
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadEndpoints(), "site_id", rows->id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    rows->endpoints.emplace_back().id = load->Int("id");
    Endpoint& endpoint = site->endpoints.emplace_back().endpoint;
    endpoint.site_name = site->site.name;
    VisitFields(read, endpoint);
  }));
  CIS_CHECK(rows->endpoints.size() == site->endpoints.size(), "each endpoint has its row");
  for (size_t i = 0; i < rows->endpoints.size(); ++i) {
    EndpointCatalog& endpoint = site->endpoints[i];
    EndpointRows& ids = rows->endpoints[i];
    CIS_ASSIGN_OR_RETURN(const IndexById flavors,
                         LoadListed(db, pool, sql::FlavorSql(), ids.id, endpoint.flavors.Mutable(),
                                    &ids.flavor_ids));
    CIS_ASSIGN_OR_RETURN(
        const IndexById images,
        LoadListed(db, pool, sql::ImageSql(), ids.id, endpoint.images.Mutable(), &ids.image_ids));
    CIS_RETURN_IF_ERROR(LoadShares(db, pool, flavors, images, &endpoint, &ids));
    CIS_ASSIGN_OR_RETURN(Statement * offers,
                         UseWith(db, sql::LoadOfferedProjects(), "endpoint_id", ids.id));
    CIS_RETURN_IF_ERROR(ForEachRow(db, *offers, [&](RowReader& read) {
      VisitFields(read, endpoint.offered_projects.emplace_back());
    }));
  }
  return absl::OkStatus();
}

absl::Status LoadSiteHeads(Connection& db, std::vector<std::shared_ptr<SiteCatalog>>* sites,
                           std::vector<SiteRows>* rows) {
  CIS_ASSIGN_OR_RETURN(Statement * load, db.Use(sql::kLoadSites));
  return ForEachRow(db, *load, [&](RowReader& read) {
    rows->emplace_back().id = load->Int("id");
    SiteCatalog& site = *sites->emplace_back(std::make_shared<SiteCatalog>());
    VisitFields(read, site.site);
    read("generation", site.generation);
    read("revision", site.revision);
  });
}

absl::Status LoadCrawls(Connection& db, absl::Time time, Catalog* catalog) {
  const int64_t time_us = absl::ToUnixMicros(time);
  CIS_ASSIGN_OR_RETURN(Statement * crawls, UseWith(db, sql::LoadCrawls(), "time_us", time_us));
  crawls->BindInt("count", kMaxCrawls);
  CIS_RETURN_IF_ERROR(ForEachRow(db, *crawls, [&](RowReader& read) {
    Crawl& crawl = catalog->crawls.emplace_back();
    read("id", crawl.id);
    VisitFields(read, crawl);
    if (crawl.end_time <= time) return;
    Crawl under_way;
    under_way.id = crawl.id;
    under_way.start_time = crawl.start_time;
    crawl = under_way;
  }));

  // Whole crawls, newest first, as long as they fit; the newest always.
  int64_t oldest_id = 0;
  int64_t total_count = 0;
  bool full = false;
  const int64_t first_id = catalog->crawls.empty() ? 0 : catalog->crawls.back().id;
  CIS_ASSIGN_OR_RETURN(Statement * count, UseWith(db, sql::kCountResults, "crawl_id", first_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *count, [&](RowReader&) {
    const int64_t crawl_id = count->Int("crawl_id");
    total_count += count->Int("result_count");
    full = full || (oldest_id != 0 && total_count > kMaxLoadedCrawlResults);
    if (!full) oldest_id = crawl_id;
  }));
  CIS_ASSIGN_OR_RETURN(Statement * results,
                       UseWith(db, sql::LoadCrawlResults(), "crawl_id", oldest_id));
  results->BindInt("time_us", time_us);
  return ForEachRow(db, *results, [&](RowReader& read) {
    CrawlResult& result = catalog->crawl_results.emplace_back();
    read("crawl_id", result.crawl_id);
    read("site_name", result.site_name);
    read("keystone_url", result.keystone_url);
    read("region", result.region);
    read("vo", result.vo);
    read("project_id", result.project_id);
    VisitFields(read, result);
  });
}

}  // namespace cis
