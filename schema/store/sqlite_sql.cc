// SPDX-License-Identifier: Apache-2.0
#include "schema/store/sqlite_sql.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"
#include "schema/store/rows.h"

namespace cis::sql {
namespace {

using Names = std::vector<std::string>;

// "a, b, c", each with `prefix`.
std::string List(const Names& names, absl::string_view prefix = "") {
  return absl::StrJoin(names, ", ", [&](std::string* out, const std::string& name) {
    absl::StrAppend(out, prefix, name);
  });
}

// "a = excluded.a, ...": the part of an upsert that takes the new values.
std::string Assignments(const Names& names, const Names& key) {
  Names parts;
  for (const std::string& name : names) {
    if (!absl::c_linear_search(key, name)) {
      parts.push_back(absl::StrCat(name, " = excluded.", name));
    }
  }
  return absl::StrJoin(parts, ", ");
}

template <typename Record>
Names Columns(std::initializer_list<const char*> first = {}) {
  Names names(first.begin(), first.end());
  for (std::string& name : ColumnNames::Of<Record>()) names.push_back(std::move(name));
  return names;
}

std::string Insert(absl::string_view table, const Names& names) {
  return absl::StrCat("INSERT INTO ", table, " (", List(names), ") VALUES (", List(names, ":"),
                      ")");
}

// INSERT or, for a known key, UPDATE of all else.
std::string Put(absl::string_view table, const Names& names, const Names& key) {
  return absl::StrCat(Insert(table, names), " ON CONFLICT (", List(key), ") DO UPDATE SET ",
                      Assignments(names, key));
}

// The same for rows that can become inactive: they are active when put and record when they were
// seen.
std::string PutSeen(absl::string_view table, const Names& names, const Names& key) {
  return absl::StrCat("INSERT INTO ", table, " (", List(names),
                      ", active, first_seen_us, last_seen_us) VALUES (", List(names, ":"),
                      ", 1, :seen_us, :seen_us) ON CONFLICT (", List(key), ") DO UPDATE SET ",
                      Assignments(names, key),
                      ", active = 1, last_seen_us = max(last_seen_us, excluded.last_seen_us) "
                      "RETURNING id");
}

std::string Select(const Names& names, absl::string_view rest) {
  return absl::StrCat("SELECT ", List(names), " ", rest);
}

template <typename Record>
std::string SelectSeen(absl::string_view table, absl::string_view owner) {
  Names names = Columns<Record>({"id"});
  for (const char* name : {"active", "first_seen_us", "last_seen_us"}) names.emplace_back(name);
  return absl::StrCat("SELECT ", List(names), " FROM ", table, " WHERE ", owner, " = :", owner,
                      " ORDER BY upstream_id");
}

// `noun` is the table; its links are in share_<noun>.
template <typename Record>
ListedSql MakeListedSql(absl::string_view noun) {
  const auto fill = [&](absl::string_view text) {
    return absl::StrReplaceAll(text, {{"%", noun}});
  };
  ListedSql sql;
  sql.put = PutSeen(noun, Columns<Record>({"endpoint_id"}), {"endpoint_id", "upstream_id"});
  sql.find = Select(Columns<Record>(),
                    fill("FROM % WHERE endpoint_id = :endpoint_id AND upstream_id = :upstream_id"));
  sql.count = fill("SELECT count(*) AS item_count FROM % WHERE endpoint_id = :endpoint_id");
  sql.load = SelectSeen<Record>(noun, "endpoint_id");
  sql.load_links = fill("SELECT %_id AS item_id FROM share_% WHERE share_id = :share_id");
  sql.add_link = fill("INSERT INTO share_% (share_id, %_id) VALUES (:share_id, :item_id)");
  sql.drop_link = fill("DELETE FROM share_% WHERE share_id = :share_id AND %_id = :item_id");
  sql.touch =
      fill("UPDATE % SET active = 1, last_seen_us = max(last_seen_us, :seen_us) WHERE id = :id");
  sql.deactivate = fill(
      "UPDATE % SET active = 0 WHERE id = :id AND NOT EXISTS "
      "(SELECT 1 FROM share_% WHERE %_id = :id)");
  sql.count_others = fill(
      "SELECT count(*) AS share_count FROM share_% WHERE %_id = :item_id AND share_id <> "
      ":share_id");
  return sql;
}

}  // namespace

const std::string& FindSite() {
  static const std::string kSql = Select(Columns<Site>({"id"}), "FROM site WHERE name = :name");
  return kSql;
}

const std::string& FindEndpoint() {
  static const std::string kSql =
      Select(Columns<Endpoint>({"id"}),
             "FROM endpoint WHERE site_id = :site_id AND keystone_url = :keystone_url AND "
             "region = :region");
  return kSql;
}

const std::string& FindShare() {
  static const std::string kSql =
      Select(Columns<Share>({"id"}),
             "FROM share WHERE endpoint_id = :endpoint_id AND vo_id = :vo_id AND "
             "project_key = :project_key");
  return kSql;
}

const std::string& PutSite() {
  static const std::string kSql = [] {
    const Names names = Columns<Site>();
    // A new site gets its generation and revision when it is touched at the end.
    return absl::StrCat("INSERT INTO site (", List(names), ", generation, revision) VALUES (",
                        List(names, ":"), ", 0, 0) ON CONFLICT (name) DO UPDATE SET ",
                        Assignments(names, {"name"}), " RETURNING id");
  }();
  return kSql;
}

const std::string& PutEndpoint() {
  static const std::string kSql = absl::StrCat(
      Put("endpoint", Columns<Endpoint>({"site_id"}), {"site_id", "keystone_url", "region"}),
      " RETURNING id");
  return kSql;
}

const std::string& PutShare() {
  static const std::string kSql =
      absl::StrCat(Put("share", Columns<Share>({"endpoint_id", "vo_id"}),
                       {"endpoint_id", "vo_id", "project_key"}),
                   " RETURNING id");
  return kSql;
}

const std::string& FindKindState() {
  static const std::string kSql =
      Select(Columns<KindState>(), "FROM share_kind WHERE share_id = :share_id AND kind = :kind");
  return kSql;
}

const std::string& PutKindState() {
  static const std::string kSql =
      Put("share_kind", Columns<KindState>({"share_id"}), {"share_id", "kind"});
  return kSql;
}

const std::string& PutCrawlResult() {
  static const std::string kSql = [] {
    const Names names = Columns<CrawlResult>({"crawl_id", "share_id"});
    const Names key = {"crawl_id", "share_id", "kind"};
    return absl::StrCat(Insert("crawl_result", names), " ON CONFLICT (", List(key),
                        ") DO UPDATE SET ",
                        Assignments(names, {"crawl_id", "share_id", "kind", "request_count"}),
                        ", request_count = request_count + excluded.request_count");
  }();
  return kSql;
}

const std::string& AddDocument() {
  static const std::string kSql = [] {
    const Names names = Columns<Document>({"share_id", "kind", "position", "body_bytes"});
    return Insert("document", names);
  }();
  return kSql;
}

const std::string& DocumentsOf() {
  static const std::string kSql =
      Select(Columns<Document>({"body_bytes"}),
             "FROM document WHERE share_id = :share_id AND kind = :kind ORDER BY position");
  return kSql;
}

const ListedSql& FlavorSql() {
  static const ListedSql kSql = MakeListedSql<Flavor>("flavor");
  return kSql;
}

const ListedSql& ImageSql() {
  static const ListedSql kSql = MakeListedSql<Image>("image");
  return kSql;
}

const std::string& PutNetwork() {
  static const std::string kSql =
      PutSeen("network", Columns<Network>({"share_id"}), {"share_id", "upstream_id"});
  return kSql;
}

const std::string& AddSubnet() {
  static const std::string kSql = Insert("subnet", Columns<Subnet>({"network_id", "position"}));
  return kSql;
}

const std::string& AddRouter() {
  static const std::string kSql =
      absl::StrCat(Insert("router", Columns<Router>({"share_id", "position"})), " RETURNING id");
  return kSql;
}

const std::string& AddFloatingIp() {
  static const std::string kSql =
      Insert("floating_ip", Columns<FloatingIp>({"share_id", "position"}));
  return kSql;
}

const std::string& AddSubnetPool() {
  static const std::string kSql =
      Insert("subnet_pool", Columns<SubnetPool>({"share_id", "position"}));
  return kSql;
}

const std::string& AddZone() {
  static const std::string kSql =
      Insert("availability_zone", Columns<AvailabilityZone>({"share_id", "position"}));
  return kSql;
}

const std::string& AddVolumeType() {
  static const std::string kSql =
      Insert("volume_type", Columns<VolumeType>({"share_id", "position"}));
  return kSql;
}

const std::string& PutQuota() {
  static const std::string kSql =
      Put("quota", Columns<Quota>({"share_id"}), {"share_id", "resource"});
  return kSql;
}

const std::string& LoadEndpoints() {
  static const std::string kSql =
      Select(Columns<Endpoint>({"id"}),
             "FROM endpoint WHERE site_id = :site_id ORDER BY keystone_url, region");
  return kSql;
}

const std::string& LoadShares() {
  static const std::string kSql =
      absl::StrCat("SELECT share.id AS id, vo.name AS vo, routers_known, floating_ips_known, ",
                   List(Columns<Share>()),
                   " FROM share JOIN vo ON vo.id = share.vo_id WHERE endpoint_id = :endpoint_id "
                   "ORDER BY vo.name, project_key");
  return kSql;
}

const std::string& LoadKinds() {
  static const std::string kSql =
      Select(Columns<KindState>(), "FROM share_kind WHERE share_id = :share_id");
  return kSql;
}

const std::string& LoadNetworks() {
  static const std::string kSql = SelectSeen<Network>("network", "share_id");
  return kSql;
}

const std::string& LoadSubnets() {
  static const std::string kSql =
      absl::StrCat("SELECT network_id, ", List(Columns<Subnet>(), "subnet."),
                   " FROM network JOIN subnet ON subnet.network_id = network.id "
                   "WHERE network.share_id = :share_id ORDER BY network.upstream_id, position");
  return kSql;
}

const std::string& LoadRouters() {
  static const std::string kSql =
      Select(Columns<Router>({"id"}), "FROM router WHERE share_id = :share_id ORDER BY position");
  return kSql;
}

const std::string& LoadFloatingIps() {
  static const std::string kSql = Select(
      Columns<FloatingIp>(), "FROM floating_ip WHERE share_id = :share_id ORDER BY position");
  return kSql;
}

const std::string& LoadSubnetPools() {
  static const std::string kSql = Select(
      Columns<SubnetPool>(), "FROM subnet_pool WHERE share_id = :share_id ORDER BY position");
  return kSql;
}

const std::string& LoadZones() {
  static const std::string kSql =
      Select(Columns<AvailabilityZone>(),
             "FROM availability_zone WHERE share_id = :share_id ORDER BY position");
  return kSql;
}

const std::string& LoadVolumeTypes() {
  static const std::string kSql = Select(
      Columns<VolumeType>(), "FROM volume_type WHERE share_id = :share_id ORDER BY position");
  return kSql;
}

const std::string& LoadQuotas() {
  static const std::string kSql =
      Select(Columns<Quota>(), "FROM quota WHERE share_id = :share_id ORDER BY resource");
  return kSql;
}

const std::string& LoadCrawls() {
  static const std::string kSql = Select(
      Columns<Crawl>({"id"}),
      "FROM crawl WHERE coalesce(start_time_us, 0) <= :time_us ORDER BY id DESC LIMIT :count");
  return kSql;
}

const std::string& LoadCrawlResults() {
  static const std::string kSql = absl::StrCat(
      "SELECT crawl_id, site.name AS site_name, keystone_url, region, vo.name AS vo, project_id, ",
      List(Columns<CrawlResult>()),
      " FROM crawl_result JOIN share ON share.id = share_id "
      "JOIN endpoint ON endpoint.id = share.endpoint_id JOIN site ON site.id = endpoint.site_id "
      "JOIN vo ON vo.id = share.vo_id WHERE crawl_id >= :crawl_id AND "
      "coalesce(crawl_result.end_time_us, 0) <= :time_us "
      "ORDER BY crawl_id DESC, site.name, keystone_url, region, vo.name, project_key, kind");
  return kSql;
}

const std::string& FindRegistryState() {
  static const std::string kSql =
      Select(Columns<RegistryState>(), "FROM registry_state WHERE part = :part");
  return kSql;
}

const std::string& PutRegistryState() {
  static const std::string kSql = Put("registry_state", Columns<RegistryState>(), {"part"});
  return kSql;
}

const std::string& LoadRegistryStates() {
  static const std::string kSql = Select(Columns<RegistryState>(), "FROM registry_state");
  return kSql;
}

const std::string& PutRegistrySite() {
  static const std::string kSql = Put("registry_site", Columns<RegistrySite>(), {"name"});
  return kSql;
}

const std::string& LoadRegistrySites() {
  static const std::string kSql = Select(Columns<RegistrySite>(), "FROM registry_site");
  return kSql;
}

const std::string& AddRegistryService() {
  static const std::string kSql = Insert("registry_service", Columns<RegistryService>());
  return kSql;
}

const std::string& LoadRegistryServices() {
  static const std::string kSql = Select(Columns<RegistryService>(), "FROM registry_service");
  return kSql;
}

const std::string& AddDowntime() {
  static const std::string kSql = Insert("registry_downtime", Columns<Downtime>());
  return kSql;
}

const std::string& LoadDowntimes() {
  static const std::string kSql = Select(Columns<Downtime>(), "FROM registry_downtime");
  return kSql;
}

const std::string& AddSiteProblem() {
  static const std::string kSql = Insert("site_problem", Columns<SiteProblem>());
  return kSql;
}

const std::string& LoadSiteProblems() {
  static const std::string kSql = Select(Columns<SiteProblem>(), "FROM site_problem");
  return kSql;
}

const std::string& PutOfferedProject() {
  static const std::string kSql =
      Put("offered_project", Columns<OfferedProject>({"endpoint_id", "seen_us"}),
          {"endpoint_id", "project_id"});
  return kSql;
}

const std::string& LoadOfferedProjects() {
  static const std::string kSql =
      Select(Columns<OfferedProject>(),
             "FROM offered_project WHERE endpoint_id = :endpoint_id ORDER BY project_id");
  return kSql;
}

}  // namespace cis::sql
