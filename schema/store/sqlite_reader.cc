#include "schema/store/sqlite_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/model/network_peers.h"
#include "schema/store/registry_rows.h"
#include "schema/store/rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

using IndexById = absl::flat_hash_map<int64_t, int32_t>;

// Hands each row of `statement` to `use`. Returns DATA_LOSS if a column cannot be read.
template <typename Use>
absl::Status ForEachRow(Connection& db, Statement& statement, Use use) {
  RowReader reader(statement);
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return absl::OkStatus();
    use(reader);
    if (!reader.damaged_column().empty()) {
      statement.Reset();
      return absl::DataLossError(absl::StrCat(db.path(), ": the column ", reader.damaged_column(),
                                              " holds what no crawler wrote; restore a backup"));
    }
  }
}

// `sql` with its one parameter `name` set.
absl::StatusOr<Statement*> UseWith(Connection& db, absl::string_view sql, absl::string_view name,
                                   int64_t value) {
  CIS_ASSIGN_OR_RETURN(Statement * statement, db.Use(sql));
  statement->BindInt(name, value);
  return statement;
}

template <typename Record>
void ReadStored(RowReader& read, Stored<Record>& stored) {
  VisitFields(read, stored.record);
  read("active", stored.active);
  read("first_seen_us", stored.first_seen);
  read("last_seen_us", stored.last_seen);
}

// All records of one endpoint and where each row stands among them.
template <typename Record>
absl::StatusOr<IndexById> LoadListed(Connection& db, const sql::ListedSql& sql, int64_t endpoint_id,
                                     std::vector<Stored<Record>>& records) {
  IndexById index_by_id;
  // Records are large; growing would move each of them several times.
  CIS_ASSIGN_OR_RETURN(Statement * count, UseWith(db, sql.count, "endpoint_id", endpoint_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *count, [&](RowReader&) {
    records.reserve(static_cast<size_t>(count->Int("item_count")));
  }));
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql.load, "endpoint_id", endpoint_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    index_by_id.emplace(load->Int("id"), static_cast<int32_t>(records.size()));
    ReadStored(read, records.emplace_back());
  }));
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

absl::Status LoadNetworks(Connection& db, int64_t share_id, ShareCatalog& share) {
  std::vector<int64_t> ids;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadNetworks(), "share_id", share_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    ids.push_back(load->Int("id"));
    ReadStored(read, share.networks.emplace_back());
  }));
  share.networks.shrink_to_fit();
  // Subnets come in the order of the networks.
  size_t i = 0;
  CIS_ASSIGN_OR_RETURN(Statement * subnets, UseWith(db, sql::LoadSubnets(), "share_id", share_id));
  return ForEachRow(db, *subnets, [&](RowReader& read) {
    const int64_t network_id = subnets->Int("network_id");
    while (i < ids.size() && ids[i] != network_id) ++i;
    if (i < ids.size()) VisitFields(read, share.networks[i].record.subnets.emplace_back());
  });
}

absl::Status LoadRouters(Connection& db, int64_t share_id, ShareCatalog& share) {
  std::vector<int64_t> ids;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadRouters(), "share_id", share_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    ids.push_back(load->Int("id"));
    VisitFields(read, share.routers.emplace_back());
  }));
  size_t i = 0;
  CIS_ASSIGN_OR_RETURN(Statement * networks,
                       UseWith(db, sql::kLoadRouterNetworks, "share_id", share_id));
  return ForEachRow(db, *networks, [&](RowReader& read) {
    const int64_t router_id = networks->Int("router_id");
    while (i < ids.size() && ids[i] != router_id) ++i;
    if (i < ids.size()) read("network_id", share.routers[i].network_ids.emplace_back());
  });
}

// Rows that are one record each.
template <typename Record>
absl::Status LoadPlain(Connection& db, const std::string& sql, int64_t share_id,
                       std::vector<Record>& records) {
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql, "share_id", share_id));
  return ForEachRow(db, *load, [&](RowReader& read) { VisitFields(read, records.emplace_back()); });
}

absl::Status LoadShares(Connection& db, int64_t endpoint_id, const IndexById& flavors,
                        const IndexById& images, EndpointCatalog& endpoint) {
  std::vector<int64_t> ids;
  CIS_ASSIGN_OR_RETURN(Statement * load,
                       UseWith(db, sql::LoadShares(), "endpoint_id", endpoint_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    ids.push_back(load->Int("id"));
    ShareCatalog& share = endpoint.shares.emplace_back();
    share.share.endpoint = endpoint.endpoint;
    read("vo", share.share.vo);
    read("routers_known", share.routers_known);
    read("floating_ips_known", share.floating_ips_known);
    VisitFields(read, share.share);
  }));
  for (size_t i = 0; i < ids.size(); ++i) {
    ShareCatalog& share = endpoint.shares[i];
    CIS_RETURN_IF_ERROR(LoadPlain(db, sql::LoadKinds(), ids[i], share.kinds));
    std::sort(share.kinds.begin(), share.kinds.end(),
              [](const KindState& a, const KindState& b) { return a.kind < b.kind; });
    CIS_ASSIGN_OR_RETURN(share.flavor_indexes, LoadLinks(db, sql::FlavorSql(), ids[i], flavors));
    CIS_ASSIGN_OR_RETURN(share.image_indexes, LoadLinks(db, sql::ImageSql(), ids[i], images));
    CIS_RETURN_IF_ERROR(LoadNetworks(db, ids[i], share));
    CIS_RETURN_IF_ERROR(LoadRouters(db, ids[i], share));
    CIS_RETURN_IF_ERROR(LoadPlain(db, sql::LoadFloatingIps(), ids[i], share.floating_ips));
    CIS_RETURN_IF_ERROR(LoadPlain(db, sql::LoadQuotas(), ids[i], share.quotas));
  }
  return absl::OkStatus();
}

absl::Status LoadSite(Connection& db, int64_t site_id, SiteCatalog& site) {
  std::vector<int64_t> ids;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql::LoadEndpoints(), "site_id", site_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    ids.push_back(load->Int("id"));
    Endpoint& endpoint = site.endpoints.emplace_back().endpoint;
    endpoint.site_name = site.site.name;
    VisitFields(read, endpoint);
  }));
  for (size_t i = 0; i < ids.size(); ++i) {
    EndpointCatalog& endpoint = site.endpoints[i];
    CIS_ASSIGN_OR_RETURN(const IndexById flavors,
                         LoadListed(db, sql::FlavorSql(), ids[i], endpoint.flavors));
    CIS_ASSIGN_OR_RETURN(const IndexById images,
                         LoadListed(db, sql::ImageSql(), ids[i], endpoint.images));
    CIS_RETURN_IF_ERROR(LoadShares(db, ids[i], flavors, images, endpoint));
    CIS_ASSIGN_OR_RETURN(Statement * offers,
                         UseWith(db, sql::LoadOfferedProjects(), "endpoint_id", ids[i]));
    CIS_RETURN_IF_ERROR(ForEachRow(db, *offers, [&](RowReader& read) {
      VisitFields(read, endpoint.offered_projects.emplace_back());
    }));
    JoinNetworkFacts(&endpoint);
  }
  return absl::OkStatus();
}

// The same site at the same revision in `previous`; null if there is none.
std::shared_ptr<const SiteCatalog> FindUnchanged(const Catalog* previous, const SiteCatalog& site) {
  if (previous == nullptr) return nullptr;
  const auto it = std::lower_bound(
      previous->sites.begin(), previous->sites.end(), site.site.name,
      [](const auto& known, const std::string& name) { return known->site.name < name; });
  if (it == previous->sites.end() || (*it)->site.name != site.site.name) return nullptr;
  return (*it)->revision == site.revision ? *it : nullptr;
}

absl::Status LoadSites(Connection& db, const Catalog* previous, Catalog& catalog) {
  std::vector<int64_t> ids;
  std::vector<std::shared_ptr<SiteCatalog>> sites;
  CIS_ASSIGN_OR_RETURN(Statement * load, db.Use(sql::kLoadSites));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    ids.push_back(load->Int("id"));
    SiteCatalog& site = *sites.emplace_back(std::make_shared<SiteCatalog>());
    VisitFields(read, site.site);
    read("generation", site.generation);
    read("revision", site.revision);
  }));
  for (size_t i = 0; i < ids.size(); ++i) {
    std::shared_ptr<const SiteCatalog> unchanged = FindUnchanged(previous, *sites[i]);
    if (unchanged == nullptr) {
      CIS_RETURN_IF_ERROR(LoadSite(db, ids[i], *sites[i]));
      unchanged = std::move(sites[i]);
    }
    catalog.sites.push_back(std::move(unchanged));
  }
  return absl::OkStatus();
}

absl::Status LoadHistory(Connection& db, Catalog& catalog) {
  CIS_ASSIGN_OR_RETURN(Statement * crawls, db.Use(sql::LoadCrawls()));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *crawls, [&](RowReader& read) {
    Crawl& crawl = catalog.crawls.emplace_back();
    read("id", crawl.id);
    VisitFields(read, crawl);
  }));

  // Whole crawls, newest first, as long as they fit; the newest always.
  int64_t oldest_id = 0;
  int64_t total_count = 0;
  bool full = false;
  CIS_ASSIGN_OR_RETURN(Statement * count, db.Use(sql::kCountResults));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *count, [&](RowReader&) {
    const int64_t crawl_id = count->Int("crawl_id");
    total_count += count->Int("result_count");
    full = full || (oldest_id != 0 && total_count > kMaxLoadedCrawlResults);
    if (!full) oldest_id = crawl_id;
  }));
  CIS_ASSIGN_OR_RETURN(Statement * results,
                       UseWith(db, sql::LoadCrawlResults(), "crawl_id", oldest_id));
  return ForEachRow(db, *results, [&](RowReader& read) {
    CrawlResult& result = catalog.crawl_results.emplace_back();
    read("crawl_id", result.crawl_id);
    read("site_name", result.site_name);
    read("keystone_url", result.keystone_url);
    read("region", result.region);
    read("vo", result.vo);
    read("project_id", result.project_id);
    VisitFields(read, result);
  });
}

}  // namespace

absl::StatusOr<FileIdentity> IdentifyFile(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  return FileIdentity{info.st_dev, info.st_ino};
}

absl::Status SqliteReader::CheckSameFile() const {
  const absl::StatusOr<FileIdentity> now = IdentifyFile(db_->path());
  if (now.ok() && *now == file_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      db_->path(), now.ok() ? " was replaced by another file" : " was removed", "; open it again"));
}

absl::StatusOr<int64_t> SqliteReader::Generation() {
  CIS_RETURN_IF_ERROR(CheckSameFile());
  CIS_ASSIGN_OR_RETURN(Statement * find, db_->Use(sql::kGeneration));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found)
    return absl::DataLossError(
        absl::StrCat(db_->path(), ": it has no generation; restore a backup"));
  const int64_t generation = find->Int("generation");
  find->Reset();
  return generation;
}

absl::StatusOr<Catalog> SqliteReader::Load(const Catalog* previous) {
  Catalog catalog;
  CIS_RETURN_IF_ERROR(db_->Read([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(catalog.generation, Generation());
    CIS_RETURN_IF_ERROR(LoadSites(*db_, previous, catalog));
    CIS_ASSIGN_OR_RETURN(catalog.registry, LoadRegistry(*db_, previous));
    return LoadHistory(*db_, catalog);
  }));
  return catalog;
}

}  // namespace cis
