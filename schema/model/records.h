// SPDX-License-Identifier: Apache-2.0
#pragma once

// What CIS knows, in plain structs without behaviour or I/O. SQL, proto and CLI use the same nouns.
// An absent std::optional means that the site did not report the value; it never means zero or
// false.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/base/shared_list.h"
#include "schema/base/shared_text.h"
#include "schema/base/text_map.h"
#include "schema/model/fact.h"

namespace cis {

// A site as GOCDB names it. Key: `name`.
struct Site {
  std::string name;          // GOCDB name, unchanged: "CESGA-CLOUD"
  std::string country_code;  // ISO 3166-1 alpha-2, upper case; empty if not known
  bool configured = true;    // false once no site file names it

  friend bool operator==(const Site&, const Site&) = default;
};

// One Keystone URL and region of a site. Key: (site_name, keystone_url, region).
struct Endpoint {
  std::string site_name;
  std::string
      keystone_url;  // normalised: scheme, lower-case host, port, path without "/v3", no final "/"
  std::string
      region;  // as configured or, at several complete regions, as discovered; "" = the only one
  std::string
      resolved_region;   // region of the catalog entries that were used; empty before a good crawl
  std::string protocol;  // "openid", "oidc"; empty where login is not federated
  // For services whose API is not at the URL in the catalog: maps the catalog's URL, up to its
  // version, to the URL of the API.
  std::map<std::string, std::string> service_bases;
  bool configured = true;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// What is known about a VO's rights at an endpoint.
enum class VoSupport {
  kUnknown = 0,    // configured, and never tried or the endpoint was not reachable yet
  kAuthenticated,  // Keystone issued a token for the project at `support_time`
  kRefused,        // the endpoint answered and refused (401, 403, 404) at `support_time`
};

// One VO's project at one endpoint. Key: (endpoint key, vo, project_key).
struct Share {
  Endpoint endpoint;         // the key fields identify the endpoint
  std::string vo;            // "vo.access.egi.eu"
  std::string project_key;   // the project as configured: its id, "NAME@DOMAIN", or
                             // "" where the credential decides
  std::string project_id;    // as configured, or as in the token if the configuration has none
  std::string project_name;  // as in the token
  std::string user_domain;   // unused by fit; empty if not known
  bool configured = true;    // named by a site file at the last crawl of this site, or discovered
  bool discovered = false;  // no file names it: the site offers the project and says it is the VO's
  VoSupport support = VoSupport::kUnknown;
  absl::Time support_time = absl::InfinitePast();

  friend bool operator==(const Share&, const Share&) = default;
};

struct Flavor {
  SharedText id;    // as the site wrote it, unchanged
  SharedText name;  // as the site wrote it, unchanged
  SharedText description;
  std::optional<int64_t> vcpu_count;
  std::optional<int64_t> ram_mib;
  std::optional<int64_t> disk_gib;  // root disk; 0 = boots from a volume
  std::optional<int64_t> ephemeral_gib;
  std::optional<int64_t> swap_mib;
  std::optional<double> gpu_count;  // fractions are slices (MIG, vGPU); absent = unknown, 0 = none
  SharedText gpu_vendor;            // "NVIDIA"; empty = unknown or none
  SharedText gpu_model;             // "A100 80GB PCIe"; empty = unknown or none
  SharedText gpu_kind;              // "passthrough", "vgpu", "mig"; empty = unknown or none
  std::optional<int64_t> gpu_memory_mib;
  SharedText arch;                // "x86_64", "aarch64"; empty = unknown
  SharedText cpu_alloc;           // "dedicated", "shared", "oversubscribed"; empty = unknown
  std::optional<bool> is_public;  // false = granted to this VO
  std::optional<bool> disabled;
  bool boot_from_volume = false;  // true if disk_gib is 0
  bool baremetal = false;
  std::optional<TextMap> extra_specs;  // absent = not shown to the VO
  Provenance provenance;

  friend bool operator==(const Flavor&, const Flavor&) = default;
};

struct Image {
  SharedText id;
  SharedText name;             // as the site wrote it; empty if null
  SharedText status;           // Glance: "active", "deactivated", "queued"...
  SharedText visibility;       // "public", "private", "shared", "community"; empty = unknown
  std::optional<bool> hidden;  // os_hidden
  SharedText owner;            // project id
  SharedText os_distro;        // lower-case id, "" = unknown
  SharedText os_version;       // "22.04"; "" = unknown
  SharedText os_codename;      // "jammy"; "" = unknown
  SharedText arch;             // "x86_64"; "" = unknown
  SharedText login_user;       // "" = unknown
  SharedText purpose;          // generic|minimal|gpu|docker|k8s|appliance|custom; "" = unknown
  SharedText disk_format;      // "qcow2", "raw", "iso"...
  SharedText container_format;
  bool is_snapshot = false;
  bool usable = false;                  // active, a VM disk, not hidden: may be offered
  std::optional<int64_t> min_ram_mib;   // absent = unset or not to be trusted
  std::optional<int64_t> min_disk_gib;  // absent = unset or not to be trusted
  std::optional<int64_t> size_bytes;    // stored file
  std::optional<int64_t> virtual_size_bytes;
  absl::Time create_time = absl::InfinitePast();  // Glance created_at; InfinitePast = unknown
  SharedText build_date;                          // "2024-05-01"; "" = unknown
  SharedText eol_date;                            // "2027-06-01"; "" = unknown
  SharedText egi_ref;                             // EGI registry or AppDB reference; "" = none
  std::optional<bool> bootable;  // a machine can start from it; absent = cannot be decided
  SharedText expire_date;        // last day of support by its publisher or site; "" = not reported
  SharedText image_source;   // where the site has it from: a URL or "private"; "" = not reported
  SharedText uuid_validity;  // SCS-0102, as reported: how long the id stays; "" = unknown
  SharedText replace_frequency;  // SCS-0102, as reported: how often it is replaced; "" = unknown
  SharedText provided_until;     // SCS-0102, as reported: until when it is replaced; "" = unknown
  std::optional<int64_t> hotfix_hours;  // SCS-0102: until critical bugs are fixed
  // The properties that Nova reads when a machine starts, as the site wrote them: `hw_cpu_policy`,
  // `trait:X`... (the list is in crawler/normalize/image_boot.h). Absent if the image was last read
  // by a version of CIS without this field.
  std::optional<TextMap> boot_properties;
  // The volumes that every machine of a volume-backed snapshot gets, and their total size in GiB;
  // absent if the image is not backed by volumes (Nova's property `block_device_mapping`).
  std::optional<int64_t> volume_count;
  std::optional<int64_t> volume_gib;
  SharedText member_status;  // Glance: "pending" if the share has not accepted a shared image; ""
  SharedList<SharedText> tags;
  Provenance provenance;

  friend bool operator==(const Image&, const Image&) = default;
};

// Facts about addresses. The members up to `source` hold for every share that sees the network id;
// those after it are what this share sees of the ports.
struct Subnet {
  SharedText id;
  SharedText name;
  int ip_version = 0;     // 4 or 6; 0 = unknown
  SharedText cidr;        // empty = hidden
  SharedText gateway_ip;  // empty = none
  // Whether all addresses of the range are globally routable by IANA's registries. This does not
  // depend on routers.
  Tristate is_public = Tristate::kUnknown;
  std::optional<bool> enable_dhcp;
  SharedList<SharedText> service_types;  // the `device_owner`s that it serves; empty = all
  // Addresses in the allocation pools, capped at INT64_MAX; absent = the pools are not shown.
  std::optional<int64_t> address_count;
  SharedText source;  // "subnets", "floatingip_pools", "router_gateway", "floatingips"
  // How many of these addresses are used by ports that the share can see: all ports on its own
  // networks, its own ports on others. Absent = ports are not listed.
  std::optional<int64_t> used_count;
  bool has_dhcp_port = false;  // a DHCP port is visible
  // What has the gateway's address: the `device_id` of the port that is visible there, or the id of
  // the port if it has no `device_id`; empty = no such port is visible.
  SharedText gateway_holder;

  friend bool operator==(const Subnet&, const Subnet&) = default;
};

// How a share may use a network.
enum class NetworkUse : uint8_t { kNone = 0, kFloatingPool, kDirect, kTenant };

// "none", "floating-pool", "direct" or "tenant".
absl::string_view FormatNetworkUse(NetworkUse use);
// Returns kNone for any other text.
NetworkUse ParseNetworkUse(absl::string_view text);

// A network as one share sees it. Access rules differ by project, so there is one record per share.
struct Network {
  SharedText id;
  SharedText name;    // may be empty, need not be unique
  SharedText status;  // "ACTIVE"...; empty = unknown
  std::optional<bool> admin_state_up;
  std::optional<bool> is_external;  // router:external
  std::optional<bool> shared;
  std::optional<bool> is_default;
  SharedText owner;  // project id
  NetworkUse usable_as = NetworkUse::kNone;
  bool also_floating_pool = false;  // `usable_as` is kDirect and it provides floating IPs too
  Tristate attachable = Tristate::kUnknown;  // whether this share may create a port on it
  Tristate public_v4 = Tristate::kUnknown;   // globally routable IPv4 addresses
  Tristate public_v6 = Tristate::kUnknown;
  std::vector<Subnet> subnets;        // known ranges, ordered by id
  SharedList<SharedText> subnet_ids;  // of all subnets, readable or not
  // Neutron's address scopes, by id; empty = none or not shown. A router does not translate
  // addresses between networks of one scope.
  SharedText address_scope_v4;
  SharedText address_scope_v6;
  Provenance provenance;

  friend bool operator==(const Network&, const Network&) = default;
};

// A router of the share's project.
struct Router {
  std::string id;
  std::string name;
  std::string status;
  std::optional<bool> admin_state_up;
  std::string external_network_id;  // gateway; empty = none
  std::optional<bool> enable_snat;
  std::vector<std::string> network_ids;  // networks with an interface on it, sorted, unique
  std::vector<std::string> subnet_ids;   // subnets likewise

  friend bool operator==(const Router&, const Router&) = default;
};

// A floating IP of the share's project. The address itself is not stored.
struct FloatingIp {
  std::string id;
  std::string network_id;  // the external network it came from
  bool attached = false;   // has a port or forwards ports: not available for a machine
  std::string router_id;   // the router that it is routed through; empty = none
  std::string status;

  friend bool operator==(const FloatingIp&, const FloatingIp&) = default;
};

// A range of addresses from which the share may allocate subnets (a Neutron subnet pool).
struct SubnetPool {
  std::string id;
  std::string name;
  int ip_version = 0;  // 4 or 6; 0 = unknown
  std::vector<std::string> prefixes;
  std::optional<int64_t> default_prefix_length;  // of a subnet that requests none
  std::string address_scope_id;                  // empty = none
  std::string owner;                             // project id
  std::optional<bool> shared;
  std::optional<bool> is_default;
  Tristate is_public = Tristate::kUnknown;  // all prefixes are globally routable addresses

  friend bool operator==(const SubnetPool&, const SubnetPool&) = default;
};

// A zone that machines or volumes can be put in.
struct AvailabilityZone {
  std::string name;
  std::string service;  // "compute" or "volume"
  bool available = true;

  friend bool operator==(const AvailabilityZone&, const AvailabilityZone&) = default;
};

// A volume type that the share may use (Cinder).
struct VolumeType {
  std::string id;
  std::string name;
  bool is_default = false;         // used for volumes that name no type
  std::vector<std::string> zones;  // the only ones it can be in (RESKEY:availability_zones); empty
                                   // = all, or not shown

  friend bool operator==(const VolumeType&, const VolumeType&) = default;
};

// One limit of the share's project. Resources: instances, cores, ram_mib (Nova); floating_ips,
// networks, subnets, routers, ports, security_groups (Neutron); volumes, volume_gib, snapshots,
// volume_gib_per_volume (the largest volume), and for each volume type volumes.TYPE and
// volume_gib.TYPE (Cinder).
struct Quota {
  SharedText resource;
  int64_t limit = -1;           // -1 = unlimited
  std::optional<int64_t> used;  // absent = not reported

  friend bool operator==(const Quota&, const Quota&) = default;
};

// The kinds of data. Each is fetched and stored by itself and has its own age.
enum class Kind { kAuth = 0, kFlavors, kImages, kNetworks, kQuotas };
inline constexpr Kind kAllKinds[] = {Kind::kAuth, Kind::kFlavors, Kind::kImages, Kind::kNetworks,
                                     Kind::kQuotas};

// "auth", "flavors", "images", "networks", "quotas".
absl::string_view FormatKind(Kind kind);
std::optional<Kind> ParseKind(absl::string_view text);

// A project that a site offers to the credential of one of its shares.
struct OfferedProject {
  std::string id;
  std::string name;
  std::string vo;  // the value of its property "egi.VO"; empty = none

  friend bool operator==(const OfferedProject&, const OfferedProject&) = default;
};

// The content of the kind networks for one share.
struct NetworkSet {
  std::vector<Network> networks;
  std::vector<Router> routers;
  std::vector<FloatingIp> floating_ips;
  std::vector<SubnetPool> subnet_pools;
  std::optional<bool> routers_known;  // false = the listing was refused
  std::optional<bool> floating_ips_known;

  friend bool operator==(const NetworkSet&, const NetworkSet&) = default;
};

// The content of the kind quotas for one share: what it may use, and what it can choose from.
struct LimitSet {
  std::vector<Quota> quotas;
  std::vector<AvailabilityZone> zones;   // ordered by service and name
  std::vector<VolumeType> volume_types;  // ordered by id

  friend bool operator==(const LimitSet&, const LimitSet&) = default;
};

// Why a fetch failed. The words are stable and are stored in the history.
enum class ErrorClass {
  kNone = 0,
  kDns,
  kConnect,
  kTls,
  kTimeout,
  kAuth,
  kForbidden,
  kNotFound,
  kRateLimit,
  kServer,
  kParse,
  kLimit,
  kPolicy,
  kConfig,
  kInternal,
  kBackingOff,  // not asked: the endpoint has failed for days (back_off.h); only in crawl results
};

// "none", "dns", "connect", "tls", "timeout", "auth", "forbidden", "not-found", "rate-limit",
// "server", "parse", "limit", "policy", "config", "internal", "backing-off".
absl::string_view FormatErrorClass(ErrorClass error);
ErrorClass ParseErrorClass(absl::string_view text);

// The state of one kind of one share.
struct KindState {
  Kind kind = Kind::kAuth;
  absl::Time success_time = absl::InfinitePast();  // of the data that is served
  absl::Time attempt_time = absl::InfinitePast();
  ErrorClass error = ErrorClass::kNone;  // of the last attempt; kNone = it succeeded
  std::string error_message;
  absl::Time failing_since = absl::InfinitePast();
  int64_t failure_count = 0;  // attempts that failed in a row
  int64_t skipped_count = 0;  // records that could not be read at last success
  // Listings that only add facts and failed at the last success, one sentence each:
  // "floatingip_pools: HTTP 500; ...".
  std::vector<std::string> remarks;

  friend bool operator==(const KindState&, const KindState&) = default;
};

// One pass over some shares.
struct Crawl {
  int64_t id = 0;
  absl::Time start_time = absl::InfinitePast();
  absl::Time end_time = absl::InfinitePast();  // InfinitePast = did not finish
  int64_t share_count = 0;
  int64_t refreshed_count = 0;  // shares whose kinds all succeeded
  int64_t failed_count = 0;     // shares where at least one kind kept older data
  int64_t request_count = 0;
  int64_t backing_off_count = 0;                // of the failed ones, those that were not asked
  std::map<std::string, int64_t> error_counts;  // by class: kinds of shares that failed
  std::map<std::string, int64_t> limit_hits;    // by name of the limit (net/http/limit.h)

  friend bool operator==(const Crawl&, const Crawl&) = default;
};

// What one crawl did for one kind of one share.
struct CrawlResult {
  int64_t crawl_id = 0;
  std::string site_name;
  std::string keystone_url;
  std::string region;
  std::string vo;
  std::string project_id;
  Kind kind = Kind::kAuth;
  absl::Time end_time = absl::InfinitePast();
  ErrorClass error = ErrorClass::kNone;
  std::string error_message;
  int64_t record_count = 0;
  int64_t skipped_count = 0;
  int64_t request_count = 0;

  friend bool operator==(const CrawlResult&, const CrawlResult&) = default;
};

}  // namespace cis
