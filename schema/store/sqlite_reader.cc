// SPDX-License-Identifier: Apache-2.0
#include "schema/store/sqlite_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"
#include "schema/model/network_peers.h"
#include "schema/model/split_shares.h"
#include "schema/store/load_rows.h"
#include "schema/store/registry_rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

// The same site at the same revision in `previous`; null if there is none.
std::shared_ptr<const SiteCatalog> FindUnchanged(const Catalog* previous, const SiteCatalog& site) {
  if (previous == nullptr) return nullptr;
  CIS_DCHECK(
      std::is_sorted(previous->sites.begin(), previous->sites.end(),
                     [](const auto& a, const auto& b) { return a->site.name < b->site.name; }),
      "sites are searched by name");
  const auto it = std::lower_bound(
      previous->sites.begin(), previous->sites.end(), site.site.name,
      [](const auto& known, const std::string& name) { return known->site.name < name; });
  if (it == previous->sites.end() || (*it)->site.name != site.site.name) return nullptr;
  return (*it)->revision == site.revision ? *it : nullptr;
}

absl::Status LoadSites(Connection& db, const Catalog* previous, Catalog* catalog) {
  std::vector<std::shared_ptr<SiteCatalog>> sites;
  std::vector<SiteRows> rows;
  RecordPool pool;
  CIS_RETURN_IF_ERROR(LoadSiteHeads(db, &sites, &rows));
  CIS_CHECK(sites.size() == rows.size(), "each site has its row");
  for (size_t i = 0; i < sites.size(); ++i) {
    std::shared_ptr<const SiteCatalog> unchanged = FindUnchanged(previous, *sites[i]);
    if (unchanged == nullptr) {
      CIS_RETURN_IF_ERROR(LoadSite(db, pool, sites[i].get(), &rows[i]));
      RemoveSplitShares(sites[i].get());
      for (EndpointCatalog& endpoint : sites[i]->endpoints) JoinNetworkFacts(&endpoint);
      unchanged = std::move(sites[i]);
    }
    catalog->sites.push_back(std::move(unchanged));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FileIdentity> IdentifyFile(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  return FileIdentity{info.st_dev, info.st_ino};
}

absl::Status CheckSameFile(const std::string& path, const FileIdentity& file) {
  const absl::StatusOr<FileIdentity> now = IdentifyFile(path);
  if (now.ok() && *now == file) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      path, now.ok() ? " was replaced by another file" : " was removed", "; open it again"));
}

absl::StatusOr<CatalogVersion> SqliteReader::Version() {
  CIS_RETURN_IF_ERROR(CheckSameFile(db_->path(), file_));
  CIS_RETURN_IF_ERROR(db_->CheckUnchanged());
  CIS_ASSIGN_OR_RETURN(Statement * find, db_->Use(sql::kCatalogVersion));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found)
    return absl::DataLossError(
        absl::StrCat(db_->path(), ": it has no generation; restore a backup"));
  const CatalogVersion version{find->Int("database_id"), find->Int("generation"),
                               find->Int("revision")};
  find->Reset();
  return version;
}

absl::StatusOr<Catalog> SqliteReader::Load(const Catalog* previous) {
  Catalog catalog;
  CIS_RETURN_IF_ERROR(db_->Read([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const CatalogVersion version, Version());
    catalog.generation = version.generation;
    catalog.database_id = version.database_id;
    catalog.revision = version.revision;
    CIS_RETURN_IF_ERROR(LoadSites(*db_, previous, &catalog));
    CIS_ASSIGN_OR_RETURN(catalog.registry, LoadRegistry(*db_, previous));
    return LoadCrawls(*db_, absl::InfiniteFuture(), &catalog);
  }));
  CIS_RETURN_IF_ERROR(db_->CheckUnchanged());
  return catalog;
}

}  // namespace cis
