// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records and catalogs for tests: defaults are valid, so that a test names only what it is about.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/catalog.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"

namespace cis {

// The time at which the data of a built catalog was fetched: 2026-01-02T03:04:05Z.
inline absl::Time TestTime() { return absl::FromUnixSeconds(1767323045); }

// Returns "https://cesga-cloud.example.org:5000" for "CESGA-CLOUD".
inline std::string TestKeystoneUrl(absl::string_view site_name) {
  return absl::StrCat("https://", absl::AsciiStrToLower(site_name), ".example.org:5000");
}

inline Site MakeSite(absl::string_view name, absl::string_view country_code = "ES") {
  Site site;
  site.name = std::string(name);
  site.country_code = std::string(country_code);
  return site;
}

inline Endpoint MakeEndpoint(absl::string_view site_name, absl::string_view keystone_url = "",
                             absl::string_view region = "") {
  Endpoint endpoint;
  endpoint.site_name = std::string(site_name);
  endpoint.keystone_url =
      keystone_url.empty() ? TestKeystoneUrl(site_name) : std::string(keystone_url);
  endpoint.region = std::string(region);
  endpoint.resolved_region = region.empty() ? "RegionOne" : std::string(region);
  endpoint.protocol = "openid";
  return endpoint;
}

// A configured share that was authenticated at TestTime().
inline Share MakeShare(const Endpoint& endpoint, absl::string_view vo,
                       absl::string_view project_id = "") {
  Share share;
  share.endpoint = endpoint;
  share.vo = std::string(vo);
  share.project_id = project_id.empty() ? absl::StrCat("project-", vo) : std::string(project_id);
  share.project_key = share.project_id;
  share.project_name = std::string(vo);
  share.support = VoSupport::kAuthenticated;
  share.support_time = TestTime();
  return share;
}
inline Share MakeShare(absl::string_view site_name, absl::string_view vo) {
  return MakeShare(MakeEndpoint(site_name), vo);
}

// A public flavor without GPU whose id is "id-NAME".
inline Flavor MakeFlavor(absl::string_view name, int64_t vcpu_count = 2, int64_t ram_mib = 4096,
                         int64_t disk_gib = 20) {
  Flavor flavor;
  flavor.id = absl::StrCat("id-", name);
  flavor.name = std::string(name);
  flavor.vcpu_count = vcpu_count;
  flavor.ram_mib = ram_mib;
  flavor.disk_gib = disk_gib;
  flavor.ephemeral_gib = 0;
  flavor.swap_mib = 0;
  flavor.gpu_count = 0;
  flavor.arch = "x86_64";
  flavor.is_public = true;
  flavor.disabled = false;
  flavor.boot_from_volume = disk_gib == 0;
  flavor.extra_specs.emplace();
  return flavor;
}

// A usable image whose id is "id-NAME".
inline Image MakeImage(absl::string_view name, absl::string_view os_distro = "ubuntu",
                       absl::string_view os_version = "22.04",
                       absl::string_view login_user = "ubuntu") {
  Image image;
  image.id = absl::StrCat("id-", name);
  image.name = std::string(name);
  image.status = "active";
  image.visibility = "public";
  image.hidden = false;
  image.owner = "project-images";
  image.os_distro = std::string(os_distro);
  image.os_version = std::string(os_version);
  image.arch = "x86_64";
  image.login_user = std::string(login_user);
  image.purpose = "generic";
  image.disk_format = "qcow2";
  image.container_format = "bare";
  image.usable = true;
  image.size_bytes = int64_t{600} << 20;
  image.virtual_size_bytes = int64_t{2361} << 20;
  image.create_time = TestTime() - absl::Hours(240);
  return image;
}

inline Subnet MakeSubnet(absl::string_view id, absl::string_view cidr, int ip_version = 4) {
  Subnet subnet;
  subnet.id = std::string(id);
  subnet.name = std::string(id);
  subnet.ip_version = ip_version;
  subnet.cidr = std::string(cidr);
  subnet.gateway_ip = absl::StrCat("gateway-of-", id);
  subnet.source = "subnets";
  return subnet;
}

// An active network whose id is "id-NAME", without subnets.
inline Network MakeNetwork(absl::string_view name, NetworkUse usable_as) {
  Network network;
  network.id = absl::StrCat("id-", name);
  network.name = std::string(name);
  network.status = "ACTIVE";
  network.admin_state_up = true;
  network.is_external = usable_as == NetworkUse::kFloatingPool;
  network.shared = usable_as == NetworkUse::kDirect;
  network.owner = "project-admin";
  network.usable_as = usable_as;
  network.attachable = usable_as == NetworkUse::kFloatingPool ? Tristate::kNo : Tristate::kYes;
  const bool is_public = usable_as == NetworkUse::kFloatingPool || usable_as == NetworkUse::kDirect;
  network.public_v4 = is_public ? Tristate::kYes : Tristate::kNo;
  network.public_v6 = Tristate::kNo;
  return network;
}

// A router with a gateway on `external_network_id` and interfaces on `network_ids`.
inline Router MakeRouter(absl::string_view id, absl::string_view external_network_id,
                         std::vector<std::string> network_ids) {
  Router router;
  router.id = std::string(id);
  router.name = std::string(id);
  router.status = "ACTIVE";
  router.admin_state_up = true;
  router.external_network_id = std::string(external_network_id);
  router.enable_snat = true;
  router.network_ids = std::move(network_ids);
  std::sort(router.network_ids.begin(), router.network_ids.end());
  return router;
}

inline FloatingIp MakeFloatingIp(absl::string_view id, absl::string_view network_id,
                                 bool attached) {
  FloatingIp ip;
  ip.id = std::string(id);
  ip.network_id = std::string(network_id);
  ip.attached = attached;
  ip.status = attached ? "ACTIVE" : "DOWN";
  return ip;
}

inline Quota MakeQuota(absl::string_view resource, int64_t limit, int64_t used) {
  Quota quota;
  quota.resource = std::string(resource);
  quota.limit = limit;
  quota.used = used;
  return quota;
}

inline KindState MakeKindState(Kind kind, absl::Time success_time = TestTime()) {
  KindState state;
  state.kind = kind;
  state.success_time = success_time;
  state.attempt_time = success_time;
  return state;
}

// Builds a Catalog as a store would load it. Select() names the share that later Add calls are
// about; sites and endpoints appear as shares name them.
//
//   Catalog catalog = CatalogBuilder()
//                         .Select("SITE-A", "vo.example.org")
//                         .AddFlavor(MakeFlavor("small"))
//                         .AddImage(MakeImage("ubuntu"))
//                         .AddNetwork(MakeNetwork("public", NetworkUse::kDirect))
//                         .Build();
class CatalogBuilder {
 public:
  // Adds the share if it is new; all its kinds were then refreshed at TestTime().
  CatalogBuilder& Select(const Share& share) {
    EndpointCatalog& endpoint = FindEndpoint(share.endpoint);
    auto it = std::find_if(endpoint.shares.begin(), endpoint.shares.end(), [&](const auto& s) {
      return s.share.vo == share.vo && s.share.project_key == share.project_key;
    });
    if (it == endpoint.shares.end()) {
      ShareCatalog added;
      added.share = share;
      added.routers_known = true;
      added.floating_ips_known = true;
      for (const Kind kind : kAllKinds) added.kinds.push_back(MakeKindState(kind));
      it = endpoint.shares.insert(endpoint.shares.end(), std::move(added));
    }
    selected_ = share;
    return *this;
  }
  CatalogBuilder& Select(absl::string_view site_name, absl::string_view vo) {
    return Select(MakeShare(site_name, vo));
  }

  // Sets the country and other facts of a site; adds it if it is new.
  CatalogBuilder& SetSite(const Site& site) {
    FindSite(site.name).site = site;
    return *this;
  }

  CatalogBuilder& AddFlavor(const Flavor& flavor) {
    EndpointCatalog& endpoint = FindEndpoint(selected_.endpoint);
    Add(*endpoint.flavors.Mutable(), flavor);
    FindLinks().flavor_ids.emplace_back(flavor.id);
    return *this;
  }
  CatalogBuilder& AddImage(const Image& image) {
    EndpointCatalog& endpoint = FindEndpoint(selected_.endpoint);
    Add(*endpoint.images.Mutable(), image);
    FindLinks().image_ids.emplace_back(image.id);
    return *this;
  }
  CatalogBuilder& AddNetwork(const Network& network) {
    Add(FindShare().networks, network);
    return *this;
  }
  CatalogBuilder& AddRouter(const Router& router) {
    FindShare().routers.push_back(router);
    return *this;
  }
  CatalogBuilder& AddFloatingIp(const FloatingIp& ip) {
    FindShare().floating_ips.push_back(ip);
    return *this;
  }
  CatalogBuilder& AddQuota(const Quota& quota) {
    FindShare().quotas.push_back(quota);
    return *this;
  }
  // Replaces the state of one kind of the selected share.
  CatalogBuilder& SetKind(const KindState& state) {
    for (KindState& known : FindShare().kinds) {
      if (known.kind == state.kind) known = state;
    }
    return *this;
  }
  CatalogBuilder& AddCrawl(const Crawl& crawl) {
    crawls_.push_back(crawl);
    return *this;
  }
  CatalogBuilder& AddCrawlResult(const CrawlResult& result) {
    crawl_results_.push_back(result);
    return *this;
  }
  CatalogBuilder& SetRegistry(Registry registry) {
    SortRegistry(&registry);
    registry_ = std::make_shared<const Registry>(std::move(registry));
    return *this;
  }
  // The selected share itself, for changes that the calls above do not support.
  ShareCatalog& share() { return FindShare(); }

  Catalog Build(int64_t generation = 1) const {
    Catalog catalog;
    catalog.generation = generation;
    catalog.crawls = crawls_;
    catalog.crawl_results = crawl_results_;
    catalog.registry = registry_;
    for (const auto& [name, built] : sites_) {
      auto site = std::make_shared<SiteCatalog>(built);
      site->generation = generation;
      std::sort(site->endpoints.begin(), site->endpoints.end(), [](const auto& a, const auto& b) {
        return std::tie(a.endpoint.keystone_url, a.endpoint.region) <
               std::tie(b.endpoint.keystone_url, b.endpoint.region);
      });
      for (EndpointCatalog& endpoint : site->endpoints) Finish(endpoint);
      catalog.sites.push_back(std::move(site));
    }
    return catalog;
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;
  struct Links {
    std::vector<std::string> flavor_ids;
    std::vector<std::string> image_ids;
  };

  static Key KeyOf(const Share& s) {
    return {s.endpoint.site_name, s.endpoint.keystone_url, s.endpoint.region, s.vo, s.project_key};
  }

  template <typename Record>
  static void Add(std::vector<Stored<Record>>& records, const Record& record) {
    for (Stored<Record>& known : records) {
      if (known.record.id == record.id) {
        known.record = record;
        return;
      }
    }
    Stored<Record> stored;
    stored.record = record;
    stored.first_seen = TestTime();
    stored.last_seen = TestTime();
    records.push_back(std::move(stored));
  }

  template <typename Record>
  static void SortById(std::vector<Stored<Record>>& records) {
    std::sort(records.begin(), records.end(),
              [](const auto& a, const auto& b) { return a.record.id < b.record.id; });
  }

  template <typename Record>
  static std::vector<int32_t> IndexesOf(const std::vector<Stored<Record>>& records,
                                        const std::vector<std::string>& ids) {
    std::vector<int32_t> indexes;
    for (size_t i = 0; i < records.size(); ++i) {
      if (std::find(ids.begin(), ids.end(), records[i].record.id) != ids.end()) {
        indexes.push_back(static_cast<int32_t>(i));
      }
    }
    return indexes;
  }

  void Finish(EndpointCatalog& endpoint) const {
    SortById(*endpoint.flavors.Mutable());
    SortById(*endpoint.images.Mutable());
    std::sort(endpoint.shares.begin(), endpoint.shares.end(), [](const auto& a, const auto& b) {
      return std::tie(a.share.vo, a.share.project_key) < std::tie(b.share.vo, b.share.project_key);
    });
    for (ShareCatalog& share : endpoint.shares) {
      SortById(share.networks);
      std::sort(share.quotas.begin(), share.quotas.end(),
                [](const Quota& a, const Quota& b) { return a.resource < b.resource; });
      const auto links = links_.find(KeyOf(share.share));
      if (links == links_.end()) continue;
      share.flavor_indexes = IndexesOf(endpoint.flavors.items(), links->second.flavor_ids);
      share.image_indexes = IndexesOf(endpoint.images.items(), links->second.image_ids);
    }
  }

  SiteCatalog& FindSite(const std::string& name) {
    const auto [it, is_new] = sites_.try_emplace(name);
    if (is_new) it->second.site = MakeSite(name);
    return it->second;
  }
  EndpointCatalog& FindEndpoint(const Endpoint& endpoint) {
    SiteCatalog& site = FindSite(endpoint.site_name);
    for (EndpointCatalog& known : site.endpoints) {
      if (known.endpoint.keystone_url == endpoint.keystone_url &&
          known.endpoint.region == endpoint.region) {
        return known;
      }
    }
    site.endpoints.emplace_back().endpoint = endpoint;
    return site.endpoints.back();
  }
  ShareCatalog& FindShare() {
    for (ShareCatalog& known : FindEndpoint(selected_.endpoint).shares) {
      if (KeyOf(known.share) == KeyOf(selected_)) return known;
    }
    Select(selected_);
    return FindEndpoint(selected_.endpoint).shares.back();
  }
  Links& FindLinks() { return links_[KeyOf(selected_)]; }

  std::map<std::string, SiteCatalog> sites_;
  std::map<Key, Links> links_;
  std::vector<Crawl> crawls_;
  std::vector<CrawlResult> crawl_results_;
  std::shared_ptr<const Registry> registry_ = std::make_shared<const Registry>();
  Share selected_ = MakeShare("SITE-A", "vo.example.org");
};

}  // namespace cis
