// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/placement_reference.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cis::server {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

bool HasVolume(const Flavor& flavor) { return flavor.disk_gib && *flavor.disk_gib == 0; }

bool WantsGpu(const PlacementQuery& q) {
  return q.gpu_count.min.value_or(0) > 0 || q.gpu_memory_mib.min || q.total_gpu_memory_mib.min ||
         !q.gpu_kind.empty();
}

bool MayBeOfKind(const Flavor& f, const std::string& kind) {
  if (!f.gpu_kind.empty()) return f.gpu_kind == kind;
  if (!f.gpu_count || *f.gpu_count == 0) return false;
  // The generator makes whole cards of four models.
  const bool has_mig = f.gpu_model.empty() || f.gpu_model.view()[0] == 'A';
  if (kind == "mig") return has_mig;
  return kind != "vgpu" || f.gpu_model.empty() || f.gpu_model.view()[0] != 'G';
}

bool FlavorDoes(const Flavor& f, const PlacementQuery& q) {
  if (f.disabled && *f.disabled) return false;
  for (const char* code :
       {"FLAVOR_EXCLUDED", "CPU_TOO_SMALL", "CPU_TOO_LARGE", "RAM_TOO_SMALL", "RAM_TOO_LARGE",
        "FLAVOR_VOLUME_ONLY", "DISK_TOO_SMALL", "DISK_TOO_LARGE", "EPHEMERAL_TOO_SMALL",
        "EPHEMERAL_TOO_LARGE", "GPU_NONE", "GPU_COUNT_TOO_SMALL", "GPU_COUNT_TOO_LARGE",
        "GPU_KIND_MISMATCH", "GPU_MEMORY_TOO_SMALL", "TOTAL_GPU_MEMORY_TOO_SMALL",
        "CPU_ALLOCATION_MISMATCH", "ARCH_MISMATCH"}) {
    if (!FlavorSatisfies(f, q, code)) return false;
  }
  return true;
}

// The tests use two-part versions only.
double VersionNumber(absl::string_view text) {
  return std::strtod(std::string(text).c_str(), nullptr);
}

bool ImageDoes(const Image& i, const PlacementQuery& q) {
  for (const char* code :
       {"IMAGE_EXCLUDED", "IMAGE_NOT_ACTIVE", "IMAGE_HIDDEN", "IMAGE_NOT_OFFERED", "OS_NOT_FOUND",
        "OS_VERSION_TOO_OLD", "IMAGE_ARCH_MISMATCH"}) {
    if (!ImageSatisfies(i, q, code)) return false;
  }
  return true;
}

// Returns the value of `key` in the image or the flavor; empty if there is none.
std::string Says(const std::optional<TextMap>& map, const char* key) {
  if (!map || !map->contains(key)) return "";
  return std::string(map->find(key)->second);
}

// What the generator makes of extra specs and image properties, and Nova of them.
bool NovaTakes(const Flavor& f, const Image& i) {
  if (Says(i.boot_properties, "hw_architecture") == "arm64") return false;
  if (Says(i.boot_properties, "hw_disk_bus") == "virtio-scsi") return false;
  if (!f.extra_specs || !i.boot_properties) return true;
  if (Says(i.boot_properties, "trait:CUSTOM_A") == "required" &&
      Says(f.extra_specs, "trait:CUSTOM_A") == "forbidden") {
    return false;
  }
  const std::string policy = Says(f.extra_specs, "hw:cpu_policy");
  const std::string image_policy = Says(i.boot_properties, "hw_cpu_policy");
  if (policy == "shared" && image_policy == "dedicated") return false;
  const std::string pages = Says(f.extra_specs, "hw:mem_page_size");
  if (!Says(i.boot_properties, "hw_mem_page_size").empty() && pages != "large") return false;
  const std::string flavor_nodes = Says(f.extra_specs, "hw:numa_nodes");
  const std::string image_nodes = Says(i.boot_properties, "hw_numa_nodes");
  if (!flavor_nodes.empty() && !image_nodes.empty()) return false;
  const std::string nodes = flavor_nodes + image_nodes;
  if (nodes.empty() || !f.vcpu_count || !f.ram_mib) return true;
  const int64_t count = nodes[0] - '0';
  return *f.vcpu_count % count == 0 && *f.ram_mib % count == 0;
}

struct Volumes {
  int64_t count = 0;
  int64_t gib = 0;
};

// Returns the volumes of one machine; absent if the two cannot be combined.
std::optional<Volumes> PairDoes(const Flavor& f, const Image& i, const PlacementQuery& q) {
  if (!f.arch.empty() && !i.arch.empty() && f.arch != i.arch) return std::nullopt;
  if (!NovaTakes(f, i)) return std::nullopt;
  if (i.min_ram_mib && f.ram_mib && *f.ram_mib < *i.min_ram_mib) return std::nullopt;
  double need = static_cast<double>(i.min_disk_gib.value_or(0));
  for (const auto& bytes : {i.size_bytes, i.virtual_size_bytes}) {
    if (bytes && static_cast<double>(*bytes) / kGib > need)
      need = static_cast<double>(*bytes) / kGib;
  }
  const Volumes own{i.volume_count.value_or(0), i.volume_gib.value_or(0)};
  if (i.volume_count && i.size_bytes.value_or(0) == 0) {
    if (q.disk_gib.max && own.gib > *q.disk_gib.max) return std::nullopt;
    if (own.count > 0 && i.min_disk_gib.value_or(0) > own.gib) return std::nullopt;
    return own;
  }
  if (!HasVolume(f)) {
    if (f.disk_gib && need > static_cast<double>(*f.disk_gib)) return std::nullopt;
    return own;
  }
  int64_t volume = 1;
  while (static_cast<double>(volume) < need || (q.disk_gib.min && volume < *q.disk_gib.min))
    ++volume;
  if (q.disk_gib.max && volume > *q.disk_gib.max) return std::nullopt;
  return Volumes{own.count + 1, own.gib + volume};
}

using Needs = std::map<std::string, int64_t>;

bool Allowed(const ShareCatalog& share, const Needs& needs) {
  for (const Quota& quota : share.quotas) {
    const auto it = needs.find(std::string(quota.resource));
    if (it == needs.end() || it->second == 0 || quota.limit == -1) continue;
    if (quota.used.value_or(0) + it->second > quota.limit) return false;
  }
  return true;
}

// ------------------------------------------------------------------------------------ networks

// A way with what it takes.
struct Try {
  Way way;
  Tristate v4 = Tristate::kNo;
  Tristate v6 = Tristate::kNo;
  Needs needs;
  int64_t addresses = INT64_MAX;       // that its machines may have at most
  int64_t pool_addresses = INT64_MAX;  // that the pool may have at most
  int64_t from_pool = 0;               // addresses of the pool that are taken
  // For several kinds of machines: subnets of which machines take one address each, by IP version;
  // of which floating IPs and gateways are taken; and whether machines get floating IPs.
  std::vector<const Subnet*> four;
  std::vector<const Subnet*> six;
  std::vector<const Subnet*> of_pool;
  bool floats = false;
  // What is created or changed; the same text means that it is done once. The part before '|' is
  // possible for one pool only.
  std::string makes;
};

// No subnets, no machines and no floating IPs.
bool Works(const Stored<Network>& n) {
  const Network& r = n.record;
  return n.active && !(r.subnets.empty() && r.subnet_ids.empty()) &&
         (!r.admin_state_up || *r.admin_state_up) && (r.status == "ACTIVE" || r.status.empty());
}

bool AllRead(const Network& n) {
  for (const SharedText& id : n.subnet_ids) {
    bool read = false;
    for (const Subnet& s : n.subnets) read = read || s.id == id;
    if (!read) return false;
  }
  return !n.subnets.empty();
}

// Sets the subnets of which the machines of `out` take their addresses.
void TakeOf(const std::vector<const Subnet*>& four, const std::vector<const Subnet*>& six,
            Try* out) {
  out->four = four;
  out->six = six;
}

std::vector<const Subnet*> Of(const Network& n, int version) {
  std::vector<const Subnet*> out;
  for (const Subnet& s : n.subnets) {
    if (s.ip_version == version) out.push_back(&s);
  }
  return out;
}

bool TakesPorts(const Stored<Network>& n) {
  return Works(n) && n.record.attachable != Tristate::kNo &&
         (n.record.usable_as == NetworkUse::kTenant || n.record.usable_as == NetworkUse::kDirect);
}

bool IsPool(const Stored<Network>& n) {
  const Network& r = n.record;
  if (!Works(n) || (r.usable_as != NetworkUse::kFloatingPool && !r.also_floating_pool))
    return false;
  return !AllRead(r) || !Of(r, 4).empty();
}

// The generator gives every subnet a size or none, and no cidr.
int64_t Left(const std::vector<const Subnet*>& subnets) {
  int64_t sum = 0;
  for (const Subnet* s : subnets) {
    if (!s->address_count) return INT64_MAX;
    const int64_t left = *s->address_count - s->used_count.value_or(0);
    sum += left > 0 ? left : 0;
  }
  return sum;
}

// What machines may have at most in these IPv4 subnets and those IPv6 ones, if they get both.
int64_t Left(const std::vector<const Subnet*>& four, const std::vector<const Subnet*>& six) {
  const int64_t a = four.empty() ? INT64_MAX : Left(four);
  const int64_t b = six.empty() ? INT64_MAX : Left(six);
  return a < b ? a : b;
}

int64_t LeftOfPool(const Network& pool) {
  return AllRead(pool) && !Of(pool, 4).empty() ? Left(Of(pool, 4)) : INT64_MAX;
}

// The IPv6 subnet that a machine gets an address of beside one that is asked for.
std::vector<const Subnet*> Six(const Network& n) {
  std::vector<const Subnet*> six;
  for (const Subnet* s : Of(n, 6)) {
    const bool better =
        six.empty() || (six[0]->is_public != Tristate::kYes && s->is_public == Tristate::kYes);
    if (better) six = {s};
  }
  return six;
}

bool Up(const Router& r) { return !r.admin_state_up || *r.admin_state_up; }

bool Holds(const std::vector<std::string>& list, absl::string_view one) {
  for (const std::string& other : list) {
    if (other == one) return true;
  }
  return false;
}

// Routers on a subnet, or on the network where the subnet is not known.
std::vector<const Router*> RoutersOn(const ShareCatalog& share, const Network& n,
                                     const Subnet* subnet) {
  std::vector<const Router*> out;
  for (const Router& r : share.routers) {
    const bool by_subnet = subnet != nullptr && !r.subnet_ids.empty();
    if (by_subnet ? Holds(r.subnet_ids, subnet->id) : Holds(r.network_ids, n.id)) out.push_back(&r);
  }
  return out;
}

bool Routed(const ShareCatalog& share, const Network& n, const Subnet* subnet) {
  for (const Router* r : RoutersOn(share, n, subnet)) {
    if (Up(*r) && !r->external_network_id.empty()) return true;
  }
  return false;
}

const Network* External(const ShareCatalog& share, const std::string& id) {
  for (const Stored<Network>& n : share.networks) {
    if (n.record.id == id && Works(n) && (n.record.is_external == true || IsPool(n))) {
      return &n.record;
    }
  }
  return nullptr;
}

int64_t Unused(const ShareCatalog& share, absl::string_view pool) {
  int64_t unused = 0;
  for (const FloatingIp& ip : share.floating_ips) {
    if (ip.network_id == pool && !ip.attached) ++unused;
  }
  return unused;
}

Try Through(const ShareCatalog& share, const Network& pool, int64_t count) {
  Try out;
  out.way.pool = std::string(pool.id);
  out.v4 = pool.public_v4;
  const int64_t unused = Unused(share, pool.id);
  out.from_pool = count > unused ? count - unused : 0;
  out.needs = {{"ports", count}, {"floating_ips", out.from_pool}};
  out.pool_addresses = LeftOfPool(pool);
  if (AllRead(pool)) out.of_pool = Of(pool, 4);
  out.floats = true;
  return out;
}

// Whether the router may be led from its external network to another one.
bool MayLeave(const ShareCatalog& share, const Router& r) {
  const Network* outside = External(share, r.external_network_id);
  if (outside == nullptr || outside->public_v4 != Tristate::kNo || !share.floating_ips_known) {
    return false;
  }
  for (const FloatingIp& ip : share.floating_ips) {
    const bool through =
        ip.router_id.empty() ? ip.network_id == r.external_network_id : ip.router_id == r.id;
    if (ip.attached && through) return false;
  }
  return true;
}

// The way from a subnet (nullptr = not known) of a tenant network out through a pool.
std::optional<Try> TryThrough(const ShareCatalog& share, const Network& in, const Subnet* subnet,
                              const Network& pool, int64_t count) {
  Try out = Through(share, pool, count);
  out.way.network = std::string(in.id);
  out.way.kind = "floating";
  if (subnet != nullptr) out.way.subnet = std::string(subnet->id);
  if (subnet == nullptr) {
    for (const SharedText& id : in.subnet_ids) {
      if (out.way.subnet.empty() || id < out.way.subnet) out.way.subnet = std::string(id);
    }
  }
  const bool has_six = !Of(in, 6).empty() || !AllRead(in);
  out.v6 = has_six ? in.public_v6 : Tristate::kNo;
  if (subnet != nullptr) out.addresses = Left({subnet}, Six(in));
  if (subnet != nullptr) TakeOf({subnet}, Six(in), &out);
  const std::vector<const Router*> routers = RoutersOn(share, in, subnet);
  for (const Router* r : routers) {
    if (Up(*r) && r->external_network_id == pool.id) return out;
  }
  if (!share.routers_known) return out;
  if (!routers.empty()) {
    out.way.kind = "repair";
    for (const Router* r : routers) {
      if (r->external_network_id == pool.id) return out;
    }
    // The engine takes one without a gateway first.
    for (const bool may_lead : {false, true}) {
      for (const Router* r : routers) {
        if (r->external_network_id.empty() == may_lead) continue;
        if (may_lead && !MayLeave(share, *r)) continue;
        ++out.from_pool;
        out.makes = absl::StrCat("gateway of ", r->id, "|", pool.id);
        return out;
      }
    }
    return std::nullopt;
  }
  if (in.owner != share.share.project_id) {
    out.way.is_assumed = true;
    return out;
  }
  if (subnet != nullptr && (subnet->gateway_ip.empty() || !subnet->gateway_holder.empty())) {
    return std::nullopt;
  }
  if (out.way.subnet.empty()) return std::nullopt;
  out.way.kind = "router";
  ++out.from_pool;
  out.makes = absl::StrCat("router on ", in.id, " ", out.way.subnet, "|", pool.id);
  out.needs["routers"] = 1;
  out.needs["ports"] += 1;
  return out;
}

constexpr int64_t kNewNetworkHolds = 65533;

// Whether a new subnet of the pool behind a router to `out` has public addresses as they are.
bool Passes(const SubnetPool& pool, const Network& out) {
  if (pool.is_public != Tristate::kYes || pool.shared != true) return false;
  if (pool.ip_version == 6) {
    return out.public_v6 != Tristate::kNo && out.address_scope_v6 == pool.address_scope_id;
  }
  return !pool.address_scope_id.empty() && out.address_scope_v4 == pool.address_scope_id;
}

std::vector<Try> NewRouted(const ShareCatalog& share, int version, int64_t count) {
  std::vector<Try> out;
  for (const SubnetPool& pool : share.subnet_pools) {
    for (const Stored<Network>& n : share.networks) {
      const bool external = Works(n) && (n.record.is_external == true || IsPool(n));
      if (pool.ip_version != version || !external || !Passes(pool, n.record)) continue;
      Try made;
      made.way = {"routed", "", std::string(n.record.id), "", pool.id, false};
      (version == 6 ? made.v6 : made.v4) = Tristate::kYes;
      made.needs = {{"ports", count + 1}, {"networks", 1}, {"subnets", 1}, {"routers", 1}};
      if (version == 4 && pool.default_prefix_length) {
        made.addresses = (int64_t{1} << (32 - *pool.default_prefix_length)) - 3;
      }
      made.from_pool = 1;
      made.pool_addresses = LeftOfPool(n.record);
      if (AllRead(n.record)) made.of_pool = Of(n.record, 4);
      made.makes = absl::StrCat("network of ", pool.id, " to ", n.record.id, "|");
      out.push_back(made);
    }
  }
  return out;
}

std::vector<Try> WithPublicV4(const ShareCatalog& share, int64_t count) {
  std::vector<Try> out = NewRouted(share, 4, count);
  for (const Stored<Network>& n : share.networks) {
    if (!TakesPorts(n)) continue;
    const Network& in = n.record;
    const std::vector<const Subnet*> four = Of(in, 4);
    if (AllRead(in) && four.empty()) continue;
    const bool direct = in.usable_as == NetworkUse::kDirect;
    std::vector<const Subnet*> good;
    for (const Subnet* s : four) {
      if (direct ? s->is_public == Tristate::kYes : Routed(share, in, s)) good.push_back(s);
    }
    // What a subnet reports about itself is surer than what is reported about the network.
    const bool only_good = direct && AllRead(in) && !good.empty() && good.size() < four.size();
    if (only_good ||
        (in.public_v4 != Tristate::kNo && (direct || in.public_v4 == Tristate::kYes))) {
      Try port;
      port.way.kind = "direct";
      port.way.network = std::string(in.id);
      port.v4 = in.public_v4;
      port.v6 = !Of(in, 6).empty() || !AllRead(in) ? in.public_v6 : Tristate::kNo;
      port.needs = {{"ports", count}};
      if (AllRead(in) && !good.empty() && good.size() < four.size()) {
        for (const Subnet* s : good) {
          Try one = port;
          one.way.subnet = std::string(s->id);
          one.addresses = Left({s}, Six(in));
          TakeOf({s}, Six(in), &one);
          out.push_back(one);
        }
      } else {
        if (AllRead(in)) port.addresses = Left(four, Of(in, 6));
        if (AllRead(in)) TakeOf(four, Of(in, 6), &port);
        out.push_back(port);
      }
    }
    if (direct) continue;
    for (const Stored<Network>& pool : share.networks) {
      if (!IsPool(pool) || pool.record.public_v4 == Tristate::kNo) continue;
      if (!AllRead(in) || four.empty()) {
        if (auto one = TryThrough(share, in, nullptr, pool.record, count)) out.push_back(*one);
        continue;
      }
      for (const Subnet* s : four) {
        if (auto one = TryThrough(share, in, s, pool.record, count)) out.push_back(*one);
      }
    }
  }
  for (const Stored<Network>& pool : share.networks) {
    if (!IsPool(pool) || pool.record.public_v4 == Tristate::kNo) continue;
    Try made = Through(share, pool.record, count);
    made.way.kind = "network";
    made.makes = absl::StrCat("network to ", pool.record.id, "|");
    made.addresses = kNewNetworkHolds;
    ++made.from_pool;
    for (const char* one : {"networks", "subnets", "routers"}) made.needs[one] = 1;
    made.needs["ports"] += 1;
    out.push_back(made);
    for (const SubnetPool& six : share.subnet_pools) {
      if (six.ip_version != 6 || !Passes(six, pool.record)) continue;
      Try dual = made;
      dual.way.subnet_pool = std::string(six.id);
      dual.makes = absl::StrCat("network of ", six.id, " to ", pool.record.id, "|");
      dual.v6 = Tristate::kYes;
      dual.needs["subnets"] = 2;
      dual.needs["ports"] += 1;
      out.push_back(dual);
    }
  }
  return out;
}

// For requests without an address.
std::vector<Try> Plain(const ShareCatalog& share, int64_t count) {
  std::vector<Try> out;
  bool sees_network = false;
  for (const Stored<Network>& n : share.networks) {
    const Network& in = n.record;
    sees_network = sees_network || (n.active && (!in.admin_state_up || *in.admin_state_up) &&
                                    (in.status == "ACTIVE" || in.status.empty()));
    if (!TakesPorts(n)) continue;
    const std::vector<const Subnet*> four = Of(in, 4);
    Try port;
    port.way.network = std::string(in.id);
    port.way.kind =
        in.usable_as == NetworkUse::kDirect && in.public_v4 != Tristate::kNo ? "direct" : "private";
    const bool has_four = !four.empty() || !AllRead(in);
    port.v4 = has_four ? in.public_v4 : Tristate::kNo;
    if (in.usable_as == NetworkUse::kTenant && port.v4 != Tristate::kYes) port.v4 = Tristate::kNo;
    port.v6 = !Of(in, 6).empty() || !AllRead(in) ? in.public_v6 : Tristate::kNo;
    port.needs = {{"ports", count}};
    if (AllRead(in)) port.addresses = Left(four, Of(in, 6));
    if (AllRead(in)) TakeOf(four, Of(in, 6), &port);
    const Subnet* routed = nullptr;
    bool all_routed = true;
    for (const Subnet* s : four) {
      if (!Routed(share, in, s)) {
        all_routed = false;
      } else if (routed == nullptr) {
        routed = s;
      }
    }
    if (in.usable_as == NetworkUse::kTenant && AllRead(in) && routed != nullptr && !all_routed) {
      port.way.subnet = std::string(routed->id);
      port.addresses = Left({routed}, Six(in));
      TakeOf({routed}, Six(in), &port);
    }
    out.push_back(port);
  }
  if (out.empty()) {
    for (const Try& one : WithPublicV4(share, count)) {
      if (!one.way.is_assumed) out.push_back(one);
    }
    out.push_back({});
  }
  if (sees_network) {
    Try made;
    made.way.kind = "isolated";
    made.makes = "private network|";
    made.addresses = kNewNetworkHolds;
    made.needs = {{"ports", count}, {"networks", 1}, {"subnets", 1}};
    out.push_back(made);
  }
  return out;
}

// Returns the ways that satisfy the requirements for addresses, whatever addresses are left.
std::vector<Try> Wished(const ShareCatalog& share, const MachineRequest& q) {
  std::vector<Try> all =
      q.public_v4 == AddressWish::kRequired ? WithPublicV4(share, q.count) : Plain(share, q.count);
  if (q.public_v4 != AddressWish::kRequired && q.public_v6 == AddressWish::kRequired) {
    for (const Try& one : NewRouted(share, 6, q.count)) all.push_back(one);
  }
  std::vector<Try> out;
  for (const Try& one : all) {
    if (q.public_v6 == AddressWish::kRequired && one.v6 == Tristate::kNo) continue;
    if (q.public_v4 == AddressWish::kNone) {
      const bool floats = !one.way.pool.empty() && one.way.kind != "routed";
      if (floats || one.v4 == Tristate::kYes) continue;
    }
    out.push_back(one);
  }
  return out;
}

std::vector<Way> Ways(const ShareCatalog& share, const PlacementQuery& q) {
  std::vector<Way> out;
  for (const Try& one : Wished(share, q)) {
    if (one.way.kind.empty() ? false : q.count > one.addresses) continue;
    if (one.from_pool > 0 && one.from_pool > one.pool_addresses) continue;
    if (Allowed(share, one.needs)) out.push_back(one.way);
  }
  // A machine without a network is only for shares that can have none. No network is created for a
  // share that can use another one and does not request a private one.
  for (const char* last : {"", "isolated"}) {
    if (*last != 0 && q.public_v4 == AddressWish::kNone) break;
    std::vector<Way> told;
    for (const Way& way : out) {
      if (way.kind != last) told.push_back(way);
    }
    if (!told.empty()) out = told;
  }
  return out;
}

void TryShare(const SiteCatalog& site, const EndpointCatalog& endpoint, const ShareCatalog& share,
              const PlacementQuery& q, std::set<Combination>* out) {
  const std::vector<Way> ways = Ways(share, q);
  for (const int32_t f : share.flavor_indexes) {
    const Flavor& flavor = endpoint.flavors[static_cast<size_t>(f)].record;
    if (!FlavorDoes(flavor, q)) continue;
    for (const int32_t i : share.image_indexes) {
      const Image& image = endpoint.images[static_cast<size_t>(i)].record;
      if (!ImageDoes(image, q)) continue;
      const std::optional<Volumes> volumes = PairDoes(flavor, image, q);
      if (!volumes) continue;
      Needs needs{{"instances", q.count},
                  {"cores", flavor.vcpu_count.value_or(0) * q.count},
                  {"ram_mib", flavor.ram_mib.value_or(0) * q.count}};
      needs["volumes"] = volumes->count * q.count;
      needs["volume_gib"] = volumes->gib * q.count;
      if (!Allowed(share, needs)) continue;
      for (const Way& way : ways) {
        out->insert(
            {site.site.name, share.share.vo, std::string(flavor.id), std::string(image.id), way});
      }
    }
  }
}

// --------------------------------------------------------------- several kinds of machines

// Gives each of some machines an address of one of its subnets. Subnets of unknown size have as
// many as are asked for.
class Addresses {
 public:
  // Returns whether there is room for `count` more, each in any of `subnets`.
  bool Take(const std::vector<const Subnet*>& subnets, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      std::set<const Subnet*> tried;
      machines_.push_back(subnets);
      places_.push_back(nullptr);
      if (!Place(machines_.size() - 1, &tried)) return false;
    }
    return true;
  }

 private:
  // Moves machines that have a place to others of their subnets where that makes room.
  bool Place(size_t machine, std::set<const Subnet*>* tried) {
    for (const Subnet* subnet : machines_[machine]) {
      if (!tried->insert(subnet).second) continue;
      const bool is_free = taken_[subnet] < Left(std::vector<const Subnet*>{subnet});
      if (is_free) ++taken_[subnet];
      bool has_moved = is_free;
      for (size_t other = 0; other < places_.size() && !has_moved; ++other) {
        if (other == machine || places_[other] != subnet) continue;
        places_[other] = nullptr;
        has_moved = Place(other, tried);
        if (!has_moved) places_[other] = subnet;
      }
      if (!has_moved) continue;
      places_[machine] = subnet;
      return true;
    }
    return false;
  }

  std::vector<std::vector<const Subnet*>> machines_;
  std::vector<const Subnet*> places_;
  std::map<const Subnet*, int64_t> taken_;
};

// One way with the machines that use it.
struct Use {
  const Try* one = nullptr;
  const MachineRequest* group = nullptr;
};

// Whether the machines of a group that would make a private network may be on this one instead.
bool Hosts(const Try& made, const MachineRequest& group) {
  if (made.way.kind != "network" && made.way.kind != "routed") return false;
  const Tristate v4 = made.way.kind == "routed" ? made.v4 : Tristate::kNo;
  return !(group.public_v4 == AddressWish::kNone && v4 == Tristate::kYes) &&
         !(group.public_v6 == AddressWish::kRequired && made.v6 == Tristate::kNo);
}

// Whether the machines may use their ways at the same time.
bool GoTogether(const ShareCatalog& share, const std::vector<Use>& uses) {
  Needs needs;
  std::map<std::string, std::string> made;  // by what can be had for one pool only
  std::map<std::string, int64_t> floating;  // machines by pool
  std::map<std::string, std::vector<const Subnet*>> pools;
  std::map<std::string, int64_t> of_pool;  // addresses
  Addresses four;
  Addresses six;
  for (const Use& use : uses) {
    const Try& one = *use.one;
    if (one.way.kind.empty()) continue;
    const int64_t count = use.group->count;
    needs["ports"] += count;
    pools[one.way.pool] = one.of_pool;
    if (one.floats) floating[one.way.pool] += count;
    if (!one.four.empty() && !four.Take(one.four, count)) return false;
    if (!one.six.empty() && !six.Take(one.six, count)) return false;
    if (one.makes.empty()) continue;
    bool is_hosted = false;
    for (const Use& other : uses) {
      is_hosted = is_hosted || (one.way.kind == "isolated" && Hosts(*other.one, *use.group));
    }
    if (is_hosted) continue;
    const std::string what = one.makes.substr(0, one.makes.find('|'));
    const auto [known, is_new] = made.try_emplace(what, one.makes);
    if (known->second != one.makes) return false;
    if (!is_new) continue;
    for (const char* resource : {"networks", "subnets", "routers"}) {
      const auto it = one.needs.find(resource);
      if (it != one.needs.end()) needs[resource] += it->second;
    }
    needs["ports"] += one.needs.at("ports") - count;
    if (!one.way.pool.empty()) ++of_pool[one.way.pool];
  }
  for (const auto& [pool, machines] : floating) {
    const int64_t unused = Unused(share, pool);
    if (machines <= unused) continue;
    needs["floating_ips"] += machines - unused;
    of_pool[pool] += machines - unused;
  }
  for (const auto& [pool, count] : of_pool) {
    if (!pools[pool].empty() && !four.Take(pools[pool], count)) return false;
  }
  return Allowed(share, needs);
}

// What the machines of one group take with some flavor and image.
std::set<Needs> MachineNeeds(const EndpointCatalog& endpoint, const ShareCatalog& share,
                             const PlacementQuery& q, const std::string& flavor_id,
                             const std::string& image_id) {
  std::set<Needs> out;
  for (const int32_t f : share.flavor_indexes) {
    const Flavor& flavor = endpoint.flavors[static_cast<size_t>(f)].record;
    if ((!flavor_id.empty() && flavor.id != flavor_id) || !FlavorDoes(flavor, q)) continue;
    for (const int32_t i : share.image_indexes) {
      const Image& image = endpoint.images[static_cast<size_t>(i)].record;
      if ((!image_id.empty() && image.id != image_id) || !ImageDoes(image, q)) continue;
      const std::optional<Volumes> volumes = PairDoes(flavor, image, q);
      if (!volumes) continue;
      out.insert({{"instances", q.count},
                  {"cores", flavor.vcpu_count.value_or(0) * q.count},
                  {"ram_mib", flavor.ram_mib.value_or(0) * q.count},
                  {"volumes", volumes->count * q.count},
                  {"volume_gib", volumes->gib * q.count}});
    }
  }
  return out;
}

bool AnyNeedsAllowed(const ShareCatalog& share, const std::vector<std::set<Needs>>& groups,
                     size_t group, const Needs& sum) {
  if (!Allowed(share, sum)) return false;
  if (group == groups.size()) return true;
  for (const Needs& needs : groups[group]) {
    Needs more = sum;
    for (const auto& [resource, amount] : needs) more[resource] += amount;
    if (AnyNeedsAllowed(share, groups, group + 1, more)) return true;
  }
  return false;
}

bool AnyWaysGoTogether(const ShareCatalog& share, const std::vector<std::vector<Try>>& groups,
                       const PlacementQuery& q, std::vector<Use>* uses) {
  const size_t group = uses->size();
  if (group == groups.size()) return GoTogether(share, *uses);
  for (const Try& one : groups[group]) {
    uses->push_back({&one, &q.groups[group]});
    if (AnyWaysGoTogether(share, groups, q, uses)) return true;
    uses->pop_back();
  }
  return false;
}

}  // namespace

bool TryGroups(const Catalog& catalog, const PlacementQuery& q, const std::string& site_name,
               const std::string& vo, const std::vector<GroupCombination>& chosen) {
  for (const auto& site : catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& share : endpoint.shares) {
        if (site->site.name != site_name || share.share.vo != vo) continue;
        std::vector<std::set<Needs>> needs;
        std::vector<std::vector<Try>> ways;
        for (size_t i = 0; i < q.groups.size(); ++i) {
          PlacementQuery of_group;
          static_cast<MachineRequest&>(of_group) = q.groups[i];
          const GroupCombination any;
          const GroupCombination& one = chosen.empty() ? any : chosen[i];
          needs.push_back(MachineNeeds(endpoint, share, of_group, one.flavor, one.image));
          std::vector<Try>& of = ways.emplace_back();
          for (const Try& way : Wished(share, q.groups[i])) {
            const bool is_chosen = one.way ? way.way == *one.way : !way.way.is_assumed;
            if (is_chosen) of.push_back(way);
          }
        }
        std::vector<Use> uses;
        return share.share.support != VoSupport::kRefused && AnyNeedsAllowed(share, needs, 0, {}) &&
               AnyWaysGoTogether(share, ways, q, &uses);
      }
    }
  }
  return false;
}

bool FlavorSatisfies(const Flavor& f, const PlacementQuery& q, const std::string& code) {
  const auto at_least = [](const std::optional<int64_t>& value, const Int64Bounds& bounds) {
    return !value || !bounds.min || *value >= *bounds.min;
  };
  const auto at_most = [](const std::optional<int64_t>& value, const Int64Bounds& bounds) {
    return !value || !bounds.max || *value <= *bounds.max;
  };
  if (code == "FLAVOR_EXCLUDED") {
    for (const std::string& name : q.excluded_flavor_globs) {
      if (name == f.name) return false;
    }
    return true;
  }
  if (code == "CPU_TOO_SMALL") return at_least(f.vcpu_count, q.vcpu_count);
  if (code == "CPU_TOO_LARGE") return at_most(f.vcpu_count, q.vcpu_count);
  if (code == "RAM_TOO_SMALL") return at_least(f.ram_mib, q.ram_mib);
  if (code == "RAM_TOO_LARGE") return at_most(f.ram_mib, q.ram_mib);
  if (code == "FLAVOR_VOLUME_ONLY") return !HasVolume(f) || q.allow_boot_from_volume;
  if (code == "DISK_TOO_SMALL") return HasVolume(f) || at_least(f.disk_gib, q.disk_gib);
  if (code == "DISK_TOO_LARGE") return HasVolume(f) || at_most(f.disk_gib, q.disk_gib);
  if (code == "EPHEMERAL_TOO_SMALL") return at_least(f.ephemeral_gib, q.ephemeral_gib);
  if (code == "EPHEMERAL_TOO_LARGE") return at_most(f.ephemeral_gib, q.ephemeral_gib);
  if (code == "GPU_NONE" || code == "GPU_NOT_KNOWN") {
    return !WantsGpu(q) || f.gpu_count.value_or(0) > 0;
  }
  if (code == "GPU_COUNT_TOO_SMALL") {
    return !WantsGpu(q) || !f.gpu_count || !q.gpu_count.min ||
           *f.gpu_count >= static_cast<double>(*q.gpu_count.min);
  }
  if (code == "GPU_COUNT_TOO_LARGE") {
    return !f.gpu_count || !q.gpu_count.max ||
           *f.gpu_count <= static_cast<double>(*q.gpu_count.max);
  }
  if (code == "GPU_KIND_MISMATCH") return q.gpu_kind.empty() || MayBeOfKind(f, q.gpu_kind);
  if (code == "GPU_MEMORY_TOO_SMALL") return at_least(f.gpu_memory_mib, q.gpu_memory_mib);
  if (code == "TOTAL_GPU_MEMORY_TOO_SMALL") {
    if (!f.gpu_count || !f.gpu_memory_mib) return true;
    const double all = *f.gpu_count * static_cast<double>(*f.gpu_memory_mib);
    return all >= static_cast<double>(q.total_gpu_memory_mib.min.value_or(0));
  }
  if (code == "CPU_ALLOCATION_MISMATCH") {
    if (q.cpu_alloc == "dedicated") return f.cpu_alloc == "dedicated";
    return q.cpu_alloc.empty() || f.cpu_alloc != "dedicated";
  }
  if (code == "ARCH_MISMATCH") return q.arch.empty() || f.arch.empty() || q.arch == f.arch;
  std::abort();
}

bool ImageSatisfies(const Image& i, const PlacementQuery& q, const std::string& code) {
  if (code == "IMAGE_EXCLUDED") {
    for (const std::string& name : q.excluded_image_globs) {
      if (name == i.name) return false;
    }
    return true;
  }
  const bool is_active = i.status.empty() || i.status == "active";
  const bool is_hidden = i.hidden && *i.hidden;
  if (code == "IMAGE_NOT_ACTIVE") return is_active;
  if (code == "IMAGE_HIDDEN") return !is_active || !is_hidden;
  if (code == "IMAGE_NOT_OFFERED") {
    const bool offered = i.usable && !i.is_snapshot && i.purpose != "appliance" &&
                         i.visibility != "community" && i.member_status != "pending";
    return !is_active || is_hidden || offered;
  }
  if (code == "IMAGE_ARCH_MISMATCH") return q.arch.empty() || i.arch.empty() || q.arch == i.arch;
  if (q.os.empty()) return true;
  bool is_distro = false;
  for (const OsRequirement& os : q.os) {
    if (os.distro != i.os_distro) continue;
    is_distro = true;
    if (os.relation == OsRelation::kAny) return true;
    if (i.os_version.empty()) continue;
    if (VersionNumber(i.os_version) >= VersionNumber(os.version)) return true;
  }
  if (code == "OS_NOT_FOUND") return is_distro;
  if (code == "OS_VERSION_TOO_OLD" || code == "OS_VERSION_UNKNOWN") return !is_distro;
  std::abort();
}

bool NetworkReasonHolds(const ShareCatalog& share, const PlacementQuery& q,
                        const std::string& code) {
  // Whether some way gives the required addresses, whatever addresses and quotas are left.
  const auto any_way = [&share](AddressWish v4, AddressWish v6, bool is_assumed) {
    MachineRequest wishes;
    wishes.public_v4 = v4;
    wishes.public_v6 = v6;
    for (const Try& one : Wished(share, wishes)) {
      if (one.way.is_assumed == is_assumed) return true;
    }
    return false;
  };
  constexpr AddressWish kAny = AddressWish::kAny;
  const bool has_way = any_way(q.public_v4, q.public_v6, false);
  if (code == "NETWORK_NO_PUBLIC_V4") return !any_way(AddressWish::kRequired, kAny, false);
  if (code == "NETWORK_NO_PUBLIC_V6") return !any_way(kAny, AddressWish::kRequired, false);
  if (code == "NETWORK_NOT_BOTH_FAMILIES") {
    return !has_way && any_way(q.public_v4, kAny, false) && any_way(kAny, q.public_v6, false);
  }
  if (code == "NETWORK_ONLY_PUBLIC") return !any_way(AddressWish::kNone, kAny, false);
  if (code == "NETWORK_ROUTER_UNSEEN") return !has_way && any_way(q.public_v4, q.public_v6, true);
  if (code == "NETWORK_NONE" || code == "NETWORK_DOWN") {
    bool is_down = false;
    for (const Stored<Network>& n : share.networks) {
      const Network& r = n.record;
      const bool is_up =
          r.admin_state_up.value_or(true) && (r.status == "ACTIVE" || r.status.empty());
      if (n.active && is_up) return false;
      is_down = is_down || n.active;
    }
    return is_down == (code == "NETWORK_DOWN");
  }
  if (code == "NETWORK_TOO_FEW_ADDRESSES") {
    for (const Try& one : Wished(share, q)) {
      if (one.way.is_assumed || !Allowed(share, one.needs)) continue;
      const bool has_room = one.way.kind.empty() || q.count <= one.addresses;
      if (has_room && one.from_pool <= one.pool_addresses) return false;
    }
    return true;
  }
  return false;
}

std::optional<int64_t> QuotaLeft(const ShareCatalog& share, const std::string& resource) {
  for (const Quota& quota : share.quotas) {
    if (quota.resource != resource || quota.limit < 0) continue;
    return std::max<int64_t>(0, quota.limit - quota.used.value_or(0));
  }
  return std::nullopt;
}

std::set<Combination> TryEverything(const Catalog& catalog, const PlacementQuery& query) {
  std::set<Combination> out;
  for (const auto& site : catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& share : endpoint.shares) {
        for (const std::string& vo : query.vos) {
          if (share.share.vo == vo && share.share.support != VoSupport::kRefused) {
            TryShare(*site, endpoint, share, query, &out);
          }
        }
      }
    }
  }
  return out;
}

}  // namespace cis::server
