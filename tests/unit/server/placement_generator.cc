// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/placement_generator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/placement/os_match.h"

namespace cis::server {

Tristate Generator::AnyTristate() { return static_cast<Tristate>(Below(3)); }

Flavor Generator::AnyFlavor(int number) {
  Flavor flavor = MakeFlavor(absl::StrCat("f", number), 1 << Below(4), int64_t{1024} << Below(4),
                             OneIn(4) ? 0 : 5 * Below(6));
  flavor.ephemeral_gib = 10 * Below(2);
  flavor.boot_from_volume = flavor.disk_gib == std::optional<int64_t>(0);
  if (OneIn(5)) {
    flavor.disk_gib.reset();
    flavor.boot_from_volume = false;
  }
  if (OneIn(8)) flavor.ram_mib.reset();
  if (OneIn(5)) flavor.gpu_count = Below(3);
  if (OneIn(6)) flavor.gpu_count.reset();
  if (flavor.gpu_count.value_or(0) > 0 && OneIn(2)) flavor.gpu_memory_mib = 8192 * (1 + Below(4));
  if (flavor.gpu_count.value_or(0) > 0) {
    const char* const kinds[] = {"", "", "mig", "vgpu", "passthrough"};
    const char* const models[] = {"", "A100 80GB PCIe", "A30", "T4", "GeForce RTX 3090"};
    flavor.gpu_kind = kinds[Below(5)];
    flavor.gpu_model = models[Below(5)];
    flavor.gpu_vendor = "NVIDIA";
  }
  if (OneIn(3)) flavor.cpu_alloc = OneIn(2) ? "dedicated" : "shared";
  if (OneIn(3)) flavor.arch = OneIn(2) ? "" : "aarch64";
  if (OneIn(10)) flavor.disabled = true;
  if (OneIn(8)) flavor.extra_specs.reset();
  if (OneIn(5) && flavor.extra_specs) {
    const std::pair<const char*, const char*> specs[] = {
        {"trait:CUSTOM_A", "forbidden"}, {"trait:CUSTOM_A", "required"},
        {"hw:cpu_policy", "shared"},     {"hw:cpu_policy", "dedicated"},
        {"hw:mem_page_size", "large"},   {"hw:mem_page_size", "2048"},
        {"hw:numa_nodes", "2"}};
    const auto& [key, value] = specs[Below(7)];
    flavor.extra_specs->Set(key, value);
  }
  return flavor;
}

Image Generator::AnyImage(int number) {
  const char* const versions[] = {"18.04", "20.04", "22.04", "24.04", ""};
  const char* const distros[] = {"ubuntu", "ubuntu", "debian", "cirros", ""};
  Image image = MakeImage(absl::StrCat("i", number), distros[Below(5)], versions[Below(5)]);
  image.size_bytes = (int64_t{1} << 29) * Below(30);
  if (OneIn(3)) image.size_bytes.reset();
  image.virtual_size_bytes = (int64_t{1} << 29) * Below(50);
  if (OneIn(3)) image.virtual_size_bytes.reset();
  if (OneIn(4)) image.min_disk_gib = Below(20);
  if (OneIn(4)) image.min_ram_mib = 512 * Below(10);
  if (OneIn(3)) image.arch = OneIn(2) ? "" : "aarch64";
  image.usable = !OneIn(8);
  image.is_snapshot = OneIn(8);
  if (OneIn(8)) image.purpose = "appliance";
  if (!OneIn(6)) image.boot_properties.emplace();
  if (OneIn(5) && image.boot_properties) {
    const std::pair<const char*, const char*> properties[] = {
        {"trait:CUSTOM_A", "required"}, {"hw_cpu_policy", "dedicated"}, {"hw_mem_page_size", "any"},
        {"hw_numa_nodes", "3"},         {"hw_architecture", "arm64"},   {"hw_pmu", "yes"},
        {"hw_disk_bus", "virtio"},      {"hw_disk_bus", "virtio-scsi"}};
    const auto& [key, value] = properties[Below(8)];
    image.boot_properties->Set(key, value);
  }
  if (OneIn(10)) {
    image.volume_count = Below(3);
    image.volume_gib = 15 * *image.volume_count;
    if (OneIn(2)) image.size_bytes = 0;
  }
  if (OneIn(16)) image.visibility = "community";
  if (OneIn(16)) image.member_status = "pending";
  if (OneIn(8)) image.provenance.warnings = {"OS_CONFLICT: property and name differ"};
  return image;
}

void Generator::AddSubnets(Network& network) {
  const int count = OneIn(8) ? 0 : 1 + Below(3);
  for (int i = 0; i < count; ++i) {
    Subnet subnet = MakeSubnet(absl::StrCat("s-", network.id, "-", i), "", OneIn(4) ? 6 : 4);
    if (OneIn(6)) subnet.gateway_ip = "";
    if (OneIn(8)) subnet.gateway_holder = "somebody";
    if (OneIn(3)) {
      subnet.address_count = Below(6);
      if (OneIn(2)) subnet.used_count = Below(4);
    }
    if (OneIn(3)) subnet.enable_dhcp = OneIn(2);
    if (network.usable_as == NetworkUse::kDirect && OneIn(2)) subnet.is_public = AnyTristate();
    if (!OneIn(8)) network.subnet_ids.push_back(subnet.id);
    if (!OneIn(5)) network.subnets.push_back(subnet);
  }
}

void Generator::AddRouters(CatalogBuilder& builder, const std::vector<Network>& tenants,
                           const std::vector<std::string>& pools) {
  for (int i = Below(4); i > 0 && !tenants.empty(); --i) {
    const std::string pool =
        pools.empty() || OneIn(3)
            ? ""
            : pools[static_cast<size_t>(Below(static_cast<int>(pools.size())))];
    const Network& network = tenants[static_cast<size_t>(Below(static_cast<int>(tenants.size())))];
    Router router = MakeRouter(absl::StrCat("r", i), pool, {std::string(network.id)});
    if (OneIn(6)) router.admin_state_up = false;
    if (!network.subnets.empty() && !OneIn(4)) {
      router.subnet_ids = {std::string(
          network.subnets[static_cast<size_t>(Below(static_cast<int>(network.subnets.size())))]
              .id)};
    }
    builder.AddRouter(router);
  }
}

void Generator::AddSubnetPools(CatalogBuilder& builder) {
  for (int i = Below(3); i > 0; --i) {
    SubnetPool pool;
    pool.id = absl::StrCat("p", i);
    pool.name = pool.id;
    pool.ip_version = OneIn(2) ? 6 : 4;
    if (OneIn(2)) pool.address_scope_id = OneIn(2) ? "scope-a" : "scope-b";
    pool.shared = !OneIn(5);
    pool.is_public = OneIn(4) ? AnyTristate() : Tristate::kYes;
    if (OneIn(2)) pool.default_prefix_length = 24 + Below(8);
    builder.share().subnet_pools.push_back(pool);
  }
}

void Generator::AddNetworks(CatalogBuilder& builder) {
  const std::string project = builder.share().share.project_id;
  std::vector<Network> tenants;
  std::vector<std::string> pools;
  const int count = Below(5);
  for (int i = 0; i < count; ++i) {
    Network network = MakeNetwork(absl::StrCat("n", i), static_cast<NetworkUse>(Below(4)));
    network.public_v4 = AnyTristate();
    network.public_v6 = AnyTristate();
    if (OneIn(6)) network.attachable = AnyTristate();
    if (OneIn(6)) network.status = "DOWN";
    if (OneIn(2)) network.address_scope_v4 = "scope-a";
    if (OneIn(2)) network.address_scope_v6 = "scope-a";
    AddSubnets(network);
    if (network.usable_as == NetworkUse::kTenant) {
      if (!OneIn(3)) network.owner = project;
      tenants.push_back(network);
    }
    if (network.usable_as == NetworkUse::kDirect) network.also_floating_pool = OneIn(3);
    if (network.usable_as == NetworkUse::kFloatingPool) pools.emplace_back(network.id);
    builder.AddNetwork(network);
  }
  AddRouters(builder, tenants, pools);
  AddSubnetPools(builder);
  builder.share().routers_known = !OneIn(5);
  for (const std::string& pool : pools) {
    for (int i = Below(3); i > 0; --i) {
      FloatingIp ip = MakeFloatingIp(absl::StrCat(pool, "-ip", i), pool, OneIn(2));
      if (ip.attached && OneIn(2)) ip.router_id = absl::StrCat("r", 1 + Below(3));
      builder.AddFloatingIp(ip);
    }
  }
}

void Generator::AddShare(CatalogBuilder& builder, const std::string& site, const std::string& vo) {
  Share share = MakeShare(site, vo);
  if (OneIn(8)) share.support = static_cast<VoSupport>(Below(3));
  builder.Select(share);
  const int flavor_count = Below(6);
  for (int i = 0; i < flavor_count; ++i) builder.AddFlavor(AnyFlavor(i));
  const int image_count = Below(8);
  for (int i = 0; i < image_count; ++i) builder.AddImage(AnyImage(i));
  AddNetworks(builder);
  for (const char* resource : {"instances", "cores", "ram_mib", "floating_ips", "networks",
                               "subnets", "routers", "ports", "volumes", "volume_gib"}) {
    if (OneIn(3)) continue;
    const bool large = std::string(resource) == "ram_mib";
    const int64_t unit = large ? 4096 : (std::string(resource) == "volume_gib" ? 30 : 4);
    Quota quota = MakeQuota(resource, OneIn(4) ? -1 : unit * Below(6), unit * Below(4));
    if (OneIn(4)) quota.used.reset();
    builder.AddQuota(quota);
  }
}

CatalogBuilder Generator::Catalogs(int site_count, uint64_t seed) {
  CatalogBuilder builder;
  for (int i = 0; i < site_count; ++i) {
    Generator site(seed * 1000 + static_cast<uint64_t>(i));
    site.AddShare(builder, absl::StrCat("SITE-", i), "vo-a");
    if (site.OneIn(2)) site.AddShare(builder, absl::StrCat("SITE-", i), "vo-b");
  }
  return builder;
}

PlacementQuery Generator::Query() {
  PlacementQuery query;
  query.vos = {"vo-a"};
  if (OneIn(3)) query.vos.push_back("vo-b");
  for (int i = Below(4); i > 0; --i) Tighten(&query);
  if (OneIn(4)) query.public_v4 = AddressWish::kNone;
  return query;
}

MachineRequest Generator::Part(int number) {
  PlacementQuery query;
  for (int i = Below(3); i > 0; --i) Tighten(&query);
  if (OneIn(3)) query.public_v4 = OneIn(3) ? AddressWish::kNone : AddressWish::kRequired;
  query.count = 1 + Below(3);
  query.name = absl::StrCat("part", number);
  return query;
}

PlacementQuery Generator::QueryOfGroups() {
  PlacementQuery query;
  query.vos = {"vo-a", "vo-b"};
  for (int i = 0; i < 2 + Below(2); ++i) query.groups.push_back(Part(i));
  return query;
}

PlacementQuery Generator::QueryOfAlternatives() {
  PlacementQuery query;
  query.vos = {"vo-a", "vo-b"};
  for (int i = 0; i < 2 + Below(2); ++i) query.alternatives.push_back(Part(i));
  return query;
}

PlacementQuery Generator::AnyQuery() {
  const int kind = Below(6);
  PlacementQuery query = kind == 0 ? QueryOfGroups() : kind == 1 ? QueryOfAlternatives() : Query();
  if (!query.parts().empty()) {
    TightenMore(&query.parts()[static_cast<size_t>(Below(2))]);
  } else {
    for (int i = Below(3); i > 0; --i) TightenMore(&query);
  }
  // Alternatives share the requirements for the network, as the API has it.
  for (MachineRequest& alternative : query.alternatives) {
    query.network = query.network.empty() ? alternative.network : query.network;
    if (query.public_v4 == AddressWish::kAny) query.public_v4 = alternative.public_v4;
    if (query.public_v6 == AddressWish::kAny) query.public_v6 = alternative.public_v6;
  }
  for (MachineRequest& alternative : query.alternatives) {
    alternative.network = query.network;
    alternative.public_v4 = query.public_v4;
    alternative.public_v6 = query.public_v6;
  }
  if (OneIn(3)) RestrictSites(&query);
  return query;
}

void Generator::RestrictSites(PlacementQuery* query) {
  const std::string site = absl::StrCat("SITE-", Below(3));
  const char* const countries[] = {"ES", "DE", "FR"};
  switch (Below(5)) {
    case 0:
      query->sites = {site};
      break;
    case 1:
      query->excluded_sites = {site};
      break;
    case 2:
      query->countries = {countries[Below(3)]};
      break;
    case 3:
      query->excluded_countries = {countries[Below(3)]};
      break;
    default:
      query->max_age = absl::Hours(2 + Below(3));
  }
}

void Generator::TightenMore(MachineRequest* request) {
  switch (Below(15)) {
    case 0:
      request->vcpu_count.max = request->vcpu_count.min.value_or(0) + 1 + Below(3);
      break;
    case 1:
      request->ram_mib.max = request->ram_mib.min.value_or(0) + 1024 * (1 + Below(3));
      break;
    case 2:
      request->ephemeral_gib.min = 1 + Below(15);
      break;
    case 3:
      request->ephemeral_gib.max = Below(10);
      break;
    case 4:
      request->gpu_count = OneIn(2) ? Int64Bounds{1, 1} : Int64Bounds{3 + Below(2), std::nullopt};
      break;
    case 5:
      (OneIn(2) ? request->gpu_memory_mib.max : request->gpu_memory_mib.min) =
          8192 * (1 + Below(5));
      break;
    case 6:
      (OneIn(2) ? request->total_gpu_memory_mib.max : request->total_gpu_memory_mib.min) =
          8192 * (1 + Below(12));
      break;
    case 7:
      request->gpu_vendor = OneIn(2) ? "AMD" : "NVIDIA";
      break;
    case 8:
      request->gpu_model = OneIn(2) ? "T4" : "A100";
      break;
    case 9:
      request->flavor_globs = {absl::StrCat("f", Below(6))};
      break;
    case 10:
      if (OneIn(2)) {
        request->image = absl::StrCat("i", Below(8));
      } else {
        request->image_globs = {absl::StrCat("i", Below(8))};
      }
      break;
    case 11:
      request->network = absl::StrCat("n", Below(5));
      break;
    case 12:
      request->disk_gib.min = 10 * (1 + Below(4));
      request->allow_boot_from_volume = false;
      break;
    case 13:
      if (request->name.empty()) request->public_v6 = AddressWish::kRequired;
      break;
    default:
      request->zone = OneIn(2) ? "zone-a" : "zone-b";
  }
}

void Generator::MakeSitesDiffer(CatalogBuilder& builder, int site_count) {
  const char* const countries[] = {"ES", "DE", "FR"};
  for (int i = 0; i < site_count; ++i) {
    const std::string site = absl::StrCat("SITE-", i);
    builder.SetSite(MakeSite(site, countries[i % 3]));
    // Every site has a share of this VO.
    builder.Select(site, "vo-a");
    for (const Kind kind : kAllKinds) {
      builder.SetKind(MakeKindState(kind, TestTime() - absl::Hours(Below(5))));
    }
    if (OneIn(2)) {
      Flavor gpu = MakeFlavor("f9", 4, 8192, 20);
      gpu.gpu_count = 1 + Below(2);
      gpu.gpu_memory_mib = 8192 * (1 + Below(4));
      gpu.gpu_model = OneIn(2) ? "T4" : "A30";
      gpu.gpu_vendor = "NVIDIA";
      builder.AddFlavor(gpu);
    }
    builder.share().zones = {{OneIn(2) ? "zone-a" : "zone-c", "compute", true},
                             {"zone-b", "compute", OneIn(2)}};
  }
}

void Generator::Tighten(PlacementQuery* query) {
  switch (Below(13)) {
    case 0:
      query->vcpu_count.min = query->vcpu_count.min.value_or(0) + 1 + Below(3);
      break;
    case 1:
      query->ram_mib.min = query->ram_mib.min.value_or(0) + 1024 * Below(5);
      break;
    case 2:
      query->disk_gib.min = query->disk_gib.min.value_or(0) + Below(15);
      break;
    case 3:
      query->disk_gib.max = std::min<int64_t>(query->disk_gib.max.value_or(40), 10 + Below(20));
      break;
    case 4:
      query->gpu_count.min = query->gpu_count.min.value_or(0) + 1;
      break;
    case 5:
      query->count += Below(4);
      break;
    case 6:
      if (query->public_v4 == AddressWish::kAny) query->public_v4 = AddressWish::kRequired;
      break;
    case 7:
      query->public_v6 = AddressWish::kRequired;
      break;
    case 8:
      if (query->os.empty()) {
        query->os = {*ParseOsRequirement("ubuntu"), *ParseOsRequirement("debian>=20.04")};
      } else {
        query->os = {*ParseOsRequirement("ubuntu>=22.04")};
      }
      break;
    case 9:
      if (OneIn(3)) {
        const char* const kinds[] = {"mig", "vgpu", "passthrough"};
        if (query->gpu_kind.empty()) query->gpu_kind = kinds[Below(3)];
        break;
      }
      if (OneIn(3)) {
        query->total_gpu_memory_mib.min = query->total_gpu_memory_mib.min.value_or(0) + 20480;
        break;
      }
      query->gpu_memory_mib.min = query->gpu_memory_mib.min.value_or(0) + 8192;
      break;
    case 10:
      if (query->cpu_alloc.empty()) query->cpu_alloc = OneIn(2) ? "dedicated" : "shared";
      break;
    case 11:
      query->excluded_flavor_globs.push_back(absl::StrCat("f", Below(6)));
      query->excluded_image_globs.push_back(absl::StrCat("i", Below(6)));
      break;
    default:
      if (query->arch.empty()) query->arch = OneIn(3) ? "aarch64" : "x86_64";
      if (OneIn(2)) query->allow_boot_from_volume = false;
  }
}

}  // namespace cis::server
