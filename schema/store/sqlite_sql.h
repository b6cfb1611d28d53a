#pragma once

// All SQL of the SQLite store but the schema (schema/sql) and PRAGMAs. Texts that list columns are
// made from fields.h. Parameters have the names of the columns they are compared with or go to.

#include <string>

namespace cis::sql {

// Generation.
inline constexpr char kGeneration[] = "SELECT generation FROM meta WHERE id = 1";
inline constexpr char kBumpGeneration[] = "UPDATE meta SET generation = generation + 1";
inline constexpr char kTouchSite[] =
    "UPDATE site SET generation = (SELECT generation FROM meta), revision = random() "
    "WHERE id = :id";

// Configuration. The Find texts give every column of the noun and `id`.
const std::string& FindSite();      // :name
const std::string& FindEndpoint();  // :site_id :keystone_url :region
const std::string& FindShare();     // :endpoint_id :vo_id :project_key
const std::string& PutSite();       // gives `id`
const std::string& PutEndpoint();
const std::string& PutShare();
// Does nothing if the VO is there.
inline constexpr char kAddVo[] = "INSERT INTO vo (name) VALUES (:name) ON CONFLICT DO NOTHING";
inline constexpr char kFindVo[] = "SELECT id FROM vo WHERE name = :name";
inline constexpr char kConfiguredSharesOfSite[] =
    "SELECT share.id FROM endpoint JOIN share ON share.endpoint_id = endpoint.id "
    "WHERE endpoint.site_id = :site_id AND share.configured = 1";
inline constexpr char kUnconfigureShare[] = "UPDATE share SET configured = 0 WHERE id = :id";
inline constexpr char kConfiguredEndpointsOfSite[] =
    "SELECT id FROM endpoint WHERE site_id = :site_id AND configured = 1";
inline constexpr char kUnconfigureEndpoint[] = "UPDATE endpoint SET configured = 0 WHERE id = :id";

// Kinds and history.
const std::string& FindKindState();  // :share_id :kind
const std::string& PutKindState();   // and :share_id
inline constexpr char kPutSkippedCount[] =
    "UPDATE share_kind SET skipped_count = :skipped_count "
    "WHERE share_id = :share_id AND kind = :kind";
inline constexpr char kAddCrawl[] =
    "INSERT INTO crawl (start_time_us, share_count, refreshed_count, failed_count, request_count) "
    "VALUES (:start_time_us, 0, 0, 0, 0) RETURNING id";
inline constexpr char kEndCrawl[] =
    "UPDATE crawl SET end_time_us = :end_time_us, share_count = :share_count, "
    "refreshed_count = :refreshed_count, failed_count = :failed_count, "
    "request_count = :request_count, backing_off_count = :backing_off_count, "
    "error_counts = :error_counts, limit_hits = :limit_hits WHERE id = :id RETURNING id";
inline constexpr char kDropOldCrawls[] =
    "DELETE FROM crawl WHERE id NOT IN (SELECT id FROM crawl ORDER BY id DESC LIMIT :kept_count)";
inline constexpr char kFindCrawl[] = "SELECT id FROM crawl WHERE id = :id";
const std::string& PutCrawlResult();  // and :crawl_id :share_id; requests of repeats add up

// Observations.
inline constexpr char kPutObservation[] =
    "INSERT INTO observation (share_id, kind, fetch_time_us, bodies_zstd) "
    "VALUES (:share_id, :kind, :fetch_time_us, :bodies_zstd) "
    "ON CONFLICT (share_id, kind) DO UPDATE SET "
    "fetch_time_us = excluded.fetch_time_us, bodies_zstd = excluded.bodies_zstd";
inline constexpr char kDropDocuments[] =
    "DELETE FROM document WHERE share_id = :share_id AND kind = :kind";
const std::string& AddDocument();  // and :share_id :kind :position :body_bytes
// Oldest first, so that applying them in turn leaves the newest on top.
inline constexpr char kObservationKeys[] =
    "SELECT share_id, kind FROM observation ORDER BY fetch_time_us, share_id, kind";
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
  // Makes row :id inactive unless a share still sees it.
  std::string deactivate;
};
const ListedSql& FlavorSql();
const ListedSql& ImageSql();

// Networks and the rest of a share.
const std::string& PutNetwork();  // and :share_id :seen_us; gives `id`
inline constexpr char kActiveNetworks[] =
    "SELECT id FROM network WHERE share_id = :share_id AND active = 1";
inline constexpr char kDeactivateNetwork[] = "UPDATE network SET active = 0 WHERE id = :id";
inline constexpr char kDropSubnets[] = "DELETE FROM subnet WHERE network_id = :network_id";
const std::string& AddSubnet();  // and :network_id :position
inline constexpr char kDropRouters[] = "DELETE FROM router WHERE share_id = :share_id";
const std::string& AddRouter();  // and :share_id :position; gives `id`
inline constexpr char kAddRouterNetwork[] =
    "INSERT INTO router_network (router_id, network_id) VALUES (:router_id, :network_id) "
    "ON CONFLICT DO NOTHING";
inline constexpr char kDropFloatingIps[] = "DELETE FROM floating_ip WHERE share_id = :share_id";
const std::string& AddFloatingIp();  // and :share_id :position
inline constexpr char kSetKnown[] =
    "UPDATE share SET routers_known = :routers_known, floating_ips_known = :floating_ips_known "
    "WHERE id = :id";
inline constexpr char kDropQuotas[] = "DELETE FROM quota WHERE share_id = :share_id";
const std::string& PutQuota();  // and :share_id

// Loading, in the order that catalogs have.
// A country that no site file says is the registry's.
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
const std::string& LoadFloatingIps();  // :share_id
const std::string& LoadQuotas();       // :share_id
const std::string& LoadCrawls();       // newest first
inline constexpr char kCountResults[] =
    "SELECT crawl_id, count(*) AS result_count FROM crawl_result GROUP BY crawl_id "
    "ORDER BY crawl_id DESC";
const std::string& LoadCrawlResults();  // :crawl_id = the oldest that is wanted

// The registry. Names of sites compare without case where registry_* stand on the left.
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
