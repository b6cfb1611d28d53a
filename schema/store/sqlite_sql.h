// SPDX-License-Identifier: Apache-2.0
#pragma once

// All SQL of the SQLite store except the schema (schema/sql) and PRAGMAs. Texts that list columns
// are generated from fields.h. A parameter has the name of the column that it is compared with or
// written to.

#include <string>

namespace cis::sql {

// Generation.
inline constexpr char kGeneration[] = "SELECT generation FROM meta WHERE id = 1";
// The contents go on as a database of their own.
inline constexpr char kRenewDatabaseId[] = "UPDATE meta SET database_id = random() | 1";
inline constexpr char kDatabaseId[] = "SELECT database_id FROM meta WHERE id = 1";
inline constexpr char kCatalogVersion[] =
    "SELECT database_id, generation, revision FROM meta WHERE id = 1";
inline constexpr char kBumpGeneration[] =
    "UPDATE meta SET generation = generation + 1, revision = random()";
inline constexpr char kTouchSite[] =
    "UPDATE site SET generation = (SELECT generation FROM meta), revision = random() "
    "WHERE id = :id";

// Configuration. The Find texts return every column of the noun and `id`.
const std::string& FindSite();      // :name
const std::string& FindEndpoint();  // :site_id :keystone_url :region
const std::string& FindShare();     // :endpoint_id :vo_id :project_key
const std::string& PutSite();       // gives `id`
const std::string& PutEndpoint();
const std::string& PutShare();
// Does nothing if the VO exists.
inline constexpr char kAddVo[] = "INSERT INTO vo (name) VALUES (:name) ON CONFLICT DO NOTHING";
inline constexpr char kFindVo[] = "SELECT id FROM vo WHERE name = :name";
inline constexpr char kConfiguredSharesOfSite[] =
    "SELECT share.id FROM endpoint JOIN share ON share.endpoint_id = endpoint.id "
    "WHERE endpoint.site_id = :site_id AND share.configured = 1";
inline constexpr char kConfiguredEndpointsOfSite[] =
    "SELECT id FROM endpoint WHERE site_id = :site_id AND configured = 1";
inline constexpr char kUnconfigureEndpoint[] = "UPDATE endpoint SET configured = 0 WHERE id = :id";

// Kinds and history.
const std::string& FindKindState();  // :share_id :kind
const std::string& PutKindState();   // and :share_id
inline constexpr char kPutReading[] =
    "UPDATE share_kind SET skipped_count = :skipped_count, remarks = :remarks "
    "WHERE share_id = :share_id AND kind = :kind";
inline constexpr char kAddCrawl[] =
    "INSERT INTO crawl (start_time_us, share_count, refreshed_count, failed_count, request_count) "
    "VALUES (:start_time_us, 0, 0, 0, 0) RETURNING id";
inline constexpr char kEndCrawl[] =
    "UPDATE crawl SET end_time_us = :end_time_us, share_count = :share_count, "
    "refreshed_count = :refreshed_count, failed_count = :failed_count, "
    "request_count = :request_count, backing_off_count = :backing_off_count, "
    "error_counts = :error_counts, limit_hits = :limit_hits WHERE id = :id RETURNING id";
inline constexpr char kFindCrawl[] = "SELECT id FROM crawl WHERE id = :id";
// Whether a complete listing of the kind was ever read for this share or another share of the
// endpoint.
inline constexpr char kEndpointWasListed[] =
    "SELECT EXISTS (SELECT 1 FROM share JOIN share_kind ON share_kind.share_id = share.id "
    "WHERE endpoint_id = :endpoint_id AND kind = :kind AND success_time_us IS NOT NULL) AS listed";
inline constexpr char kShareWasListed[] =
    "SELECT EXISTS (SELECT 1 FROM share_kind WHERE share_id = :share_id AND kind = :kind "
    "AND success_time_us IS NOT NULL) AS listed";
const std::string& PutCrawlResult();  // and :crawl_id :share_id; the requests of repeats add up

// History and journal.
inline constexpr char kAddHistory[] =
    "INSERT INTO history (generation, time_us, undo_bytes, undo_zstd) "
    "VALUES (:generation, :time_us, :undo_bytes, :undo_zstd)";
inline constexpr char kBeginHistory[] =
    "UPDATE meta SET history_start_us = :time_us WHERE history_start_us IS NULL";
inline constexpr char kAddChange[] =
    "INSERT INTO change (generation, time_us, endpoint_id, share_id, kind, event, upstream_id, "
    "name, field, old_value, new_value, cause) VALUES (:generation, :time_us, :endpoint_id, "
    ":share_id, :kind, :event, :upstream_id, :name, :field, :old_value, :new_value, :cause)";
inline constexpr char kHistoryStart[] =
    "SELECT history_start_us, pruned_change_id FROM meta WHERE id = 1";
// The last transaction stamped at or before :time_us.
inline constexpr char kGenerationAt[] =
    "SELECT generation, time_us FROM history WHERE time_us <= :time_us "
    "ORDER BY generation DESC LIMIT 1";
inline constexpr char kFindHistory[] = "SELECT time_us FROM history WHERE generation = :generation";
// Newest first.
inline constexpr char kStepsBack[] =
    "SELECT generation, undo_bytes, undo_zstd FROM history WHERE generation > :generation "
    "ORDER BY generation DESC";
// A list that is "[]" matches everything. An entry about an endpoint belongs to every VO with a
// share there.
#define CIS_CHANGE_SELECT                                                                       \
  "SELECT change.id AS id, change.generation AS generation, time_us, site.name AS site_name, "  \
  "keystone_url, endpoint.region AS region, change.share_id AS share_id, vo.name AS vo, "       \
  "project_key, project_id, kind, event, upstream_id, change.name AS name, field, old_value, "  \
  "new_value, cause FROM change JOIN endpoint ON endpoint.id = change.endpoint_id "             \
  "JOIN site ON site.id = endpoint.site_id LEFT JOIN share ON share.id = change.share_id "      \
  "LEFT JOIN vo ON vo.id = share.vo_id "                                                        \
  "WHERE change.id > :after_id AND change.id < :before_id "                                     \
  "AND time_us >= :start_us AND time_us < :end_us "                                             \
  "AND (:sites = '[]' OR site.name IN (SELECT value FROM json_each(:sites))) "                  \
  "AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds))) "                       \
  "AND (:vos = '[]' OR vo.name IN (SELECT value FROM json_each(:vos)) OR (change.share_id IS "  \
  "NULL AND EXISTS (SELECT 1 FROM share AS other JOIN vo AS its ON its.id = other.vo_id WHERE " \
  "other.endpoint_id = change.endpoint_id AND its.name IN (SELECT value FROM json_each(:vos))))) "
inline constexpr char kChangesBackwards[] =
    CIS_CHANGE_SELECT "ORDER BY change.id DESC LIMIT :count";
inline constexpr char kChangesOnwards[] = CIS_CHANGE_SELECT "ORDER BY change.id LIMIT :count";
#undef CIS_CHANGE_SELECT
inline constexpr char kFindChange[] = "SELECT generation, time_us FROM change WHERE id = :id";
inline constexpr char kNewestChange[] =
    "SELECT id, generation, time_us FROM change ORDER BY id DESC LIMIT 1";

// Retention. Each statement deletes at most :count rows.
inline constexpr char kDropChanges[] =
    "DELETE FROM change WHERE id IN (SELECT id FROM change WHERE generation <= :generation "
    "ORDER BY id LIMIT :count) RETURNING id";
inline constexpr char kSetPrunedChange[] =
    "UPDATE meta SET pruned_change_id = max(pruned_change_id, :id)";
inline constexpr char kDropHistory[] =
    "DELETE FROM history WHERE generation IN (SELECT generation FROM history "
    "WHERE generation <= :generation ORDER BY generation LIMIT :count)";
inline constexpr char kSetHistoryStart[] = "UPDATE meta SET history_start_us = :time_us";
inline constexpr char kDropResults[] =
    "DELETE FROM crawl_result WHERE (crawl_id, share_id, kind) IN (SELECT crawl_id, share_id, kind "
    "FROM crawl_result WHERE crawl_id < :id LIMIT :count)";
inline constexpr char kDropCrawls[] = "DELETE FROM crawl WHERE id < :id";
// The first crawl that began at :time_us or later, else the newest.
inline constexpr char kOldestKeptCrawl[] =
    "SELECT coalesce((SELECT min(id) FROM crawl WHERE start_time_us >= :time_us), "
    "(SELECT max(id) FROM crawl)) AS id";
// Records that left their listing before the journal begins: no entry mentions them any more.
inline constexpr char kDropGoneFlavors[] =
    "DELETE FROM flavor WHERE id IN (SELECT id FROM flavor WHERE active = 0 AND last_seen_us < "
    ":time_us "
    "AND (endpoint_id, upstream_id) NOT IN (SELECT endpoint_id, upstream_id FROM change WHERE kind "
    "= 'flavor') "
    "LIMIT :count)";
inline constexpr char kDropGoneImages[] =
    "DELETE FROM image WHERE id IN (SELECT id FROM image WHERE active = 0 AND last_seen_us < "
    ":time_us "
    "AND (endpoint_id, upstream_id) NOT IN (SELECT endpoint_id, upstream_id FROM change WHERE kind "
    "= 'image') "
    "LIMIT :count)";
inline constexpr char kDropGoneNetworks[] =
    "DELETE FROM network WHERE id IN (SELECT id FROM network WHERE active = 0 AND last_seen_us < "
    ":time_us "
    "AND (share_id, upstream_id) NOT IN (SELECT share_id, upstream_id FROM change WHERE kind = "
    "'network') "
    "LIMIT :count)";

// Observations.
inline constexpr char kPutObservation[] =
    "INSERT INTO observation (share_id, kind, fetch_time_us, bodies_zstd) "
    "VALUES (:share_id, :kind, :fetch_time_us, :bodies_zstd) "
    "ON CONFLICT (share_id, kind) DO UPDATE SET "
    "fetch_time_us = excluded.fetch_time_us, bodies_zstd = excluded.bodies_zstd";
inline constexpr char kDropDocuments[] =
    "DELETE FROM document WHERE share_id = :share_id AND kind = :kind";
const std::string& AddDocument();  // and :share_id :kind :position :body_bytes
// Oldest first, so that after applying them in turn the newest values remain.
inline constexpr char kObservationKeys[] =
    "SELECT share_id, kind FROM observation ORDER BY fetch_time_us, share_id, kind";
// The same for one endpoint.
inline constexpr char kObservationKeysOf[] =
    "SELECT share_id, kind FROM observation JOIN share ON share.id = share_id "
    "WHERE endpoint_id = :endpoint_id ORDER BY fetch_time_us, share_id, kind";
inline constexpr char kEndpointIds[] =
    "SELECT endpoint.id AS id FROM endpoint JOIN site ON site.id = endpoint.site_id "
    "ORDER BY site.name, keystone_url, region";
inline constexpr char kFindObservation[] =
    "SELECT fetch_time_us, bodies_zstd FROM observation WHERE share_id = :share_id AND kind = "
    ":kind";
const std::string& DocumentsOf();  // :share_id :kind; also gives `body_bytes`

// What an endpoint lists to its shares: flavors or images.
struct ListedSql {
  std::string put;         // and :endpoint_id :seen_us; gives `id`
  std::string find;        // :endpoint_id :upstream_id
  std::string count;       // :endpoint_id; gives `item_count`
  std::string load;        // :endpoint_id
  std::string load_links;  // :share_id; gives `item_id`
  std::string add_link;    // :share_id :item_id
  std::string drop_link;   // :share_id :item_id
  std::string touch;       // :id :seen_us; active, last seen then or later
  // Makes row :id inactive unless a share still sees it.
  std::string deactivate;
  std::string count_others;  // :item_id :share_id; gives `share_count`: other shares that see it
};
const ListedSql& FlavorSql();
const ListedSql& ImageSql();

// Networks and the rest of a share.
const std::string& PutNetwork();  // and :share_id :seen_us; gives `id`
inline constexpr char kTouchNetwork[] =
    "UPDATE network SET active = 1, last_seen_us = max(last_seen_us, :seen_us) WHERE id = :id";
inline constexpr char kDeactivateNetwork[] = "UPDATE network SET active = 0 WHERE id = :id";
inline constexpr char kDropSubnets[] = "DELETE FROM subnet WHERE network_id = :network_id";
const std::string& AddSubnet();  // and :network_id :position
inline constexpr char kDropRouters[] = "DELETE FROM router WHERE share_id = :share_id";
const std::string& AddRouter();  // and :share_id :position; gives `id`
inline constexpr char kAddRouterNetwork[] =
    "INSERT INTO router_network (router_id, network_id) VALUES (:router_id, :network_id) "
    "ON CONFLICT DO NOTHING";
inline constexpr char kAddRouterSubnet[] =
    "INSERT INTO router_subnet (router_id, subnet_id) VALUES (:router_id, :subnet_id) "
    "ON CONFLICT DO NOTHING";
inline constexpr char kDropFloatingIps[] = "DELETE FROM floating_ip WHERE share_id = :share_id";
const std::string& AddFloatingIp();  // and :share_id :position
inline constexpr char kDropSubnetPools[] = "DELETE FROM subnet_pool WHERE share_id = :share_id";
const std::string& AddSubnetPool();  // and :share_id :position
inline constexpr char kDropZones[] = "DELETE FROM availability_zone WHERE share_id = :share_id";
const std::string& AddZone();  // and :share_id :position
inline constexpr char kDropVolumeTypes[] = "DELETE FROM volume_type WHERE share_id = :share_id";
const std::string& AddVolumeType();  // and :share_id :position
inline constexpr char kSetKnown[] =
    "UPDATE share SET routers_known = :routers_known, floating_ips_known = :floating_ips_known "
    "WHERE id = :id";
inline constexpr char kFindKnown[] =
    "SELECT routers_known, floating_ips_known FROM share WHERE id = :id";
inline constexpr char kDropQuotas[] = "DELETE FROM quota WHERE share_id = :share_id";
const std::string& PutQuota();  // and :share_id

// Loading, in the order of a catalog. The country of a site is the registry's if no site file gives
// one.
inline constexpr char kLoadSites[] =
    "SELECT id, site.name AS name, coalesce(nullif(site.country_code, ''), "
    "nullif(registry_site.country_code, ''), "
    "(SELECT min(country_code) FROM registry_service "
    "WHERE registry_service.site_name = site.name AND country_code <> ''), '') AS country_code, "
    "configured, generation, revision FROM site "
    "LEFT JOIN registry_site ON registry_site.name = site.name ORDER BY site.name";
const std::string& LoadEndpoints();  // :site_id
const std::string& LoadShares();     // :endpoint_id; also `vo`, `routers_known`...
const std::string& LoadKinds();      // :share_id
const std::string& LoadNetworks();   // :share_id
const std::string& LoadSubnets();    // :share_id; also `network_id`
const std::string& LoadRouters();    // :share_id
inline constexpr char kLoadRouterNetworks[] =
    "SELECT router.id AS router_id, router_network.network_id AS network_id FROM router "
    "JOIN router_network ON router_network.router_id = router.id "
    "WHERE router.share_id = :share_id ORDER BY router.position, router_network.network_id";
inline constexpr char kLoadRouterSubnets[] =
    "SELECT router.id AS router_id, router_subnet.subnet_id AS subnet_id FROM router "
    "JOIN router_subnet ON router_subnet.router_id = router.id "
    "WHERE router.share_id = :share_id ORDER BY router.position, router_subnet.subnet_id";
const std::string& LoadFloatingIps();  // :share_id
const std::string& LoadSubnetPools();  // :share_id
const std::string& LoadZones();        // :share_id
const std::string& LoadVolumeTypes();  // :share_id
const std::string& LoadQuotas();       // :share_id
const std::string& LoadCrawls();       // :time_us = the last start; newest first, :count
inline constexpr char kCountResults[] =
    "SELECT crawl_id, count(*) AS result_count FROM crawl_result WHERE crawl_id >= :crawl_id "
    "GROUP BY crawl_id ORDER BY crawl_id DESC";
const std::string& LoadCrawlResults();  // :crawl_id = the oldest; :time_us = the last end

// The registry. Names of sites compare without case if registry_* is on the left.
const std::string& FindRegistryState();  // :part
const std::string& PutRegistryState();
const std::string& LoadRegistryStates();
const std::string& PutRegistrySite();
const std::string& LoadRegistrySites();
inline constexpr char kDeactivateRegistrySites[] = "UPDATE registry_site SET active = 0";
inline constexpr char kDropRegistryServices[] = "DELETE FROM registry_service";
const std::string& AddRegistryService();
const std::string& LoadRegistryServices();
inline constexpr char kDropDowntimes[] = "DELETE FROM registry_downtime";
const std::string& AddDowntime();
const std::string& LoadDowntimes();
inline constexpr char kDropSiteProblems[] = "DELETE FROM site_problem";
const std::string& AddSiteProblem();
const std::string& LoadSiteProblems();
inline constexpr char kRegistryRevision[] = "SELECT revision FROM registry_revision WHERE id = 1";
inline constexpr char kTouchRegistry[] = "UPDATE registry_revision SET revision = random()";

// Offered projects.
const std::string& PutOfferedProject();    // and :endpoint_id :seen_us
const std::string& LoadOfferedProjects();  // :endpoint_id
inline constexpr char kDropOfferedProjects[] =
    "DELETE FROM offered_project WHERE endpoint_id = :endpoint_id AND seen_us < :seen_us";
// The key of one share.
inline constexpr char kShareKey[] =
    "SELECT site.name AS site_name, keystone_url, region, vo.name AS vo, site_id, endpoint_id, "
    "vo_id, "
    "project_key FROM share JOIN endpoint ON endpoint.id = share.endpoint_id "
    "JOIN site ON site.id = endpoint.site_id JOIN vo ON vo.id = share.vo_id WHERE share.id = :id";

}  // namespace cis::sql
