#include "tests/unit/server/placement_reference.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

namespace cis {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

bool InBounds(const std::optional<int64_t>& value, const Int64Bounds& bounds) {
  if (!value) return true;
  return (!bounds.min || *value >= *bounds.min) && (!bounds.max || *value <= *bounds.max);
}

bool HasVolume(const Flavor& flavor) { return flavor.disk_gib && *flavor.disk_gib == 0; }

bool FlavorDoes(const Flavor& f, const PlacementQuery& q) {
  if (f.disabled && *f.disabled) return false;
  if (!InBounds(f.vcpu_count, q.vcpu_count) || !InBounds(f.ram_mib, q.ram_mib)) return false;
  if (!InBounds(f.ephemeral_gib, q.ephemeral_gib)) return false;
  if (HasVolume(f) ? !q.allow_boot_from_volume : !InBounds(f.disk_gib, q.disk_gib)) return false;
  if (q.gpu_count.max && f.gpu_count && *f.gpu_count > static_cast<double>(*q.gpu_count.max))
    return false;
  if (q.gpu_count.min && *q.gpu_count.min > 0) {
    if (!f.gpu_count || *f.gpu_count < static_cast<double>(*q.gpu_count.min)) return false;
  }
  for (const std::string& name : q.excluded_flavor_globs) {
    if (name == f.name) return false;
  }
  if (q.gpu_memory_mib.min) {
    const bool none = !f.gpu_count || *f.gpu_count == 0;
    if (none || (f.gpu_memory_mib && *f.gpu_memory_mib < *q.gpu_memory_mib.min)) return false;
  }
  if (q.cpu_alloc == "dedicated" && f.cpu_alloc != "dedicated") return false;
  if (q.cpu_alloc == "shared" && f.cpu_alloc == "dedicated") return false;
  return q.arch.empty() || f.arch.empty() || q.arch == f.arch;
}

// The tests use two-part versions only.
double VersionNumber(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

bool ImageDoes(const Image& i, const PlacementQuery& q) {
  if (!i.usable || i.is_snapshot || i.purpose == "appliance") return false;
  if (i.hidden && *i.hidden) return false;
  for (const std::string& name : q.excluded_image_globs) {
    if (name == i.name) return false;
  }
  if (!q.arch.empty() && !i.arch.empty() && q.arch != i.arch) return false;
  if (q.os.empty()) return true;
  for (const OsRequirement& os : q.os) {
    if (os.distro != i.os_distro) continue;
    if (os.relation == OsRelation::kAny) return true;
    if (i.os_version.empty()) continue;
    if (VersionNumber(i.os_version) >= VersionNumber(os.version)) return true;
  }
  return false;
}

// What the image's or the flavor's `key` says; empty if nothing.
std::string Says(const std::optional<std::map<std::string, std::string>>& map, const char* key) {
  if (!map || map->count(key) == 0) return "";
  return map->at(key);
}

// What the generator makes of extra specs and image properties, and Nova of them.
bool NovaTakes(const Flavor& f, const Image& i) {
  if (Says(i.boot_properties, "hw_architecture") == "arm64") return false;
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

// Least volume in GiB for a flavor without disk; absent if the two do not go together.
std::optional<int64_t> PairDoes(const Flavor& f, const Image& i, const PlacementQuery& q) {
  if (!f.arch.empty() && !i.arch.empty() && f.arch != i.arch) return std::nullopt;
  if (!NovaTakes(f, i)) return std::nullopt;
  if (i.min_ram_mib && f.ram_mib && *f.ram_mib < *i.min_ram_mib) return std::nullopt;
  double need = static_cast<double>(i.min_disk_gib.value_or(0));
  for (const auto& bytes : {i.size_bytes, i.virtual_size_bytes}) {
    if (bytes && static_cast<double>(*bytes) / kGib > need)
      need = static_cast<double>(*bytes) / kGib;
  }
  if (!HasVolume(f)) {
    if (f.disk_gib && need > static_cast<double>(*f.disk_gib)) return std::nullopt;
    return 0;
  }
  int64_t volume = 1;
  while (static_cast<double>(volume) < need || (q.disk_gib.min && volume < *q.disk_gib.min))
    ++volume;
  if (q.disk_gib.max && volume > *q.disk_gib.max) return std::nullopt;
  return volume;
}

using Needs = std::map<std::string, int64_t>;

bool Allowed(const ShareCatalog& share, const Needs& needs) {
  for (const Quota& quota : share.quotas) {
    const auto it = needs.find(quota.resource);
    if (it == needs.end() || it->second == 0 || quota.limit == -1) continue;
    if (quota.used.value_or(0) + it->second > quota.limit) return false;
  }
  return true;
}

// Every subnet is known and none is IPv4.
bool OnlySix(const Network& n) {
  for (const Subnet& subnet : n.subnets) {
    if (subnet.ip_version == 4) return false;
  }
  return n.subnets.size() >= n.subnet_ids.size();
}

struct Way {
  const Network* network;
  const Network* pool;
  Needs needs;
};

// No subnets, no machines and no floating IPs.
bool Works(const Stored<Network>& n) {
  const Network& r = n.record;
  return n.active && !(r.subnets.empty() && r.subnet_ids.empty()) &&
         (!r.admin_state_up || *r.admin_state_up) && (r.status == "ACTIVE" || r.status.empty());
}

bool On(const Router& router, const Network& network) {
  for (const std::string& id : router.network_ids) {
    if (id == network.id) return true;
  }
  return false;
}

// Appends the way from a tenant network out through a pool, if there is or can be one.
void AddThrough(const ShareCatalog& share, const Network& in, const Network& out, Needs needs,
                std::vector<Way>* ways) {
  bool through = false;
  bool elsewhere = false;
  bool closed = false;
  for (const Router& router : share.routers) {
    if ((router.admin_state_up && !*router.admin_state_up) || !On(router, in)) continue;
    through = through || router.external_network_id == out.id;
    closed = closed || router.external_network_id.empty();
    elsewhere =
        elsewhere || (!router.external_network_id.empty() && router.external_network_id != out.id);
  }
  if (!through && share.routers_known) {
    if (elsewhere) return;
    const bool own = in.owner == share.share.project_id;
    if (own && !closed) {
      bool subnet = in.subnets.empty() && !in.subnet_ids.empty();
      for (const Subnet& s : in.subnets) subnet = subnet || s.ip_version == 4;
      if (!subnet) return;
      needs["routers"] = 1;
      needs["ports"] += 1;
    }
  }
  ways->push_back({&in, &out, needs});
}

std::vector<Way> WaysWithPublicV4(const ShareCatalog& share, int64_t count) {
  std::vector<Way> ways;
  for (const Stored<Network>& out : share.networks) {
    const Network& o = out.record;
    if (!Works(out) || o.public_v4 == Tristate::kNo) continue;
    if (o.usable_as == NetworkUse::kDirect && o.attachable != Tristate::kNo) {
      ways.push_back({&o, nullptr, {{"ports", count}}});
    }
    if (o.usable_as != NetworkUse::kFloatingPool && !o.also_floating_pool) continue;
    if (OnlySix(o)) continue;
    int64_t unused = 0;
    for (const FloatingIp& ip : share.floating_ips) {
      if (ip.network_id == o.id && !ip.attached) ++unused;
    }
    const int64_t made = count > unused ? count - unused : 0;
    for (const Stored<Network>& in : share.networks) {
      if (Works(in) && !OnlySix(in.record) && in.record.usable_as == NetworkUse::kTenant &&
          in.record.attachable != Tristate::kNo) {
        AddThrough(share, in.record, o, {{"ports", count}, {"floating_ips", made}}, &ways);
      }
    }
    ways.push_back({nullptr,
                    &o,
                    {{"ports", count + 2},
                     {"floating_ips", made},
                     {"networks", 1},
                     {"subnets", 1},
                     {"routers", 1}}});
  }
  return ways;
}

std::vector<Way> Ways(const ShareCatalog& share, const PlacementQuery& q) {
  std::vector<Way> ways;
  if (q.public_v4 == AddressWish::kRequired) {
    ways = WaysWithPublicV4(share, q.count);
  } else {
    for (const Stored<Network>& n : share.networks) {
      const bool port =
          n.record.usable_as == NetworkUse::kTenant || n.record.usable_as == NetworkUse::kDirect;
      if (Works(n) && port && n.record.attachable != Tristate::kNo) {
        ways.push_back({&n.record, nullptr, {{"ports", q.count}}});
      }
    }
    if (ways.empty()) {
      ways = WaysWithPublicV4(share, q.count);
      ways.push_back({nullptr, nullptr, {}});
    }
  }
  std::vector<Way> out;
  for (const Way& way : ways) {
    const Tristate v6 = way.network == nullptr ? Tristate::kNo : way.network->public_v6;
    if (q.public_v6 == AddressWish::kRequired && v6 == Tristate::kNo) continue;
    if (q.public_v4 == AddressWish::kNone) {
      const bool direct = way.network != nullptr && way.network->usable_as == NetworkUse::kDirect;
      if (way.pool != nullptr || (direct && way.network->public_v4 == Tristate::kYes)) continue;
    }
    if (Allowed(share, way.needs)) out.push_back(way);
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
      const std::optional<int64_t> volume = PairDoes(flavor, image, q);
      if (!volume) continue;
      Needs needs{{"instances", q.count},
                  {"cores", flavor.vcpu_count.value_or(0) * q.count},
                  {"ram_mib", flavor.ram_mib.value_or(0) * q.count}};
      if (HasVolume(flavor)) {
        needs["volumes"] = q.count;
        needs["volume_gib"] = *volume * q.count;
      }
      if (!Allowed(share, needs)) continue;
      for (const Way& way : ways) {
        out->insert({site.site.name, share.share.vo, flavor.id, image.id,
                     way.network == nullptr ? "" : way.network->id,
                     way.pool == nullptr ? "" : way.pool->id});
      }
    }
  }
}

}  // namespace

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

}  // namespace cis
