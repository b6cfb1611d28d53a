// SPDX-License-Identifier: Apache-2.0
#include "server/policy/visible_catalog.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "schema/model/resource_name.h"
#include "server/snapshot/views.h"

namespace cis::server {
namespace {

// What may be seen of one share.
struct ShareAccess {
  bool is_own = false;    // everything that the VO has
  PublicKinds shown = 0;  // otherwise: what is public of that

  bool Shows(PublicKind kind) const { return is_own || (shown & kind) != 0; }
};

ShareAccess AccessTo(const Share& share, absl::string_view site_name, const Rights& rights) {
  return {rights.SeesShare(site_name, share.vo), rights.PublicAt(site_name, share.vo)};
}

bool IsPublic(const Flavor& flavor) { return flavor.is_public.value_or(false); }

// Not community images: Glance lists them only to clients that ask for them, so their owners have
// shown them to the users of the site at most.
bool IsPublic(const Image& image) { return image.visibility == "public" && !image.is_snapshot; }

// What decides about the records of one site.
class SiteFilter {
 public:
  SiteFilter(const SiteCatalog& site, const Rights& rights) : site_(site), rights_(rights) {
    for (const EndpointCatalog& endpoint : site.endpoints) {
      for (const ShareCatalog& share : endpoint.shares) {
        if (AccessOf(share).Shows(kProjectIds)) continue;
        for (const std::string& text : {share.share.project_id, share.share.project_key}) {
          if (!text.empty()) hidden_projects_.insert(text);
        }
      }
    }
  }

  EndpointCatalog Visible(const EndpointCatalog& in) const {
    EndpointCatalog out;
    out.endpoint = in.endpoint;
    if (rights_.operation) {
      out.offered_projects = in.offered_projects;
    } else {
      out.endpoint.service_bases.clear();
    }
    const Positions flavors =
        Select(in, in.flavors, &ShareCatalog::flavor_indexes, kPrivateFlavors);
    const Positions images = Select(in, in.images, &ShareCatalog::image_indexes, kPrivateImages);
    out.flavors = Taken(in.flavors, flavors);
    out.images = Taken(in.images, images);
    HideOwners(in, images, &out.images);
    const absl::flat_hash_set<absl::string_view> public_networks = PublicNetworksOf(in);
    out.shares.reserve(in.shares.size());
    for (const ShareCatalog& share : in.shares) {
      out.shares.push_back(Visible(share, public_networks));
      const ShareAccess access = AccessOf(share);
      out.shares.back().flavor_indexes =
          Links(in.flavors, share.flavor_indexes, flavors, access.Shows(kPrivateFlavors));
      out.shares.back().image_indexes =
          Links(in.images, share.image_indexes, images, access.Shows(kPrivateImages));
    }
    std::sort(out.shares.begin(), out.shares.end(), [](const auto& a, const auto& b) {
      return std::tie(a.share.vo, a.share.project_key) < std::tie(b.share.vo, b.share.project_key);
    });
    return out;
  }

 private:
  // For each record its position in what is visible, or -1.
  using Positions = std::vector<int32_t>;

  ShareAccess AccessOf(const ShareCatalog& share) const {
    return AccessTo(share.share, site_.site.name, rights_);
  }

  // Public records, and those that a share sees of which they may be shown. One that no share sees
  // any more was of one of the shares, so it is visible where all are.
  template <typename Record>
  Positions Select(const EndpointCatalog& endpoint, const SharedVector<Stored<Record>>& records,
                   std::vector<int32_t> ShareCatalog::*links, PublicKind kind) const {
    const bool all_shown =
        std::all_of(endpoint.shares.begin(), endpoint.shares.end(),
                    [&](const ShareCatalog& share) { return AccessOf(share).Shows(kind); });
    std::vector<bool> is_shown(records.size(), all_shown);
    for (const ShareCatalog& share : endpoint.shares) {
      if (all_shown || !AccessOf(share).Shows(kind)) continue;
      for (const int32_t index : share.*links) {
        CIS_CHECK(IsIndexOf(index, records), "a share lists records of its endpoint");
        is_shown[static_cast<size_t>(index)] = true;
      }
    }
    Positions out(records.size(), -1);
    int32_t next = 0;
    for (size_t i = 0; i < records.size(); ++i) {
      if (is_shown[i] || IsPublic(records[i].record)) out[i] = next++;
    }
    return out;
  }

  template <typename Record>
  static SharedVector<Stored<Record>> Taken(const SharedVector<Stored<Record>>& records,
                                            const Positions& positions) {
    const auto count = static_cast<size_t>(
        std::count_if(positions.begin(), positions.end(), [](int32_t p) { return p >= 0; }));
    if (count == records.size()) return records;
    std::vector<Stored<Record>> out;
    out.reserve(count);
    for (size_t i = 0; i < records.size(); ++i) {
      if (positions[i] >= 0) out.push_back(records[i]);
    }
    return out;
  }

  // The records that a share is shown to see: all of those that are visible, or the public ones. A
  // private record that another share shows is not shown to be this share's too.
  template <typename Record>
  static std::vector<int32_t> Links(const SharedVector<Stored<Record>>& records,
                                    const std::vector<int32_t>& links, const Positions& positions,
                                    bool shows_private) {
    std::vector<int32_t> out;
    out.reserve(links.size());
    for (const int32_t index : links) {
      CIS_CHECK(IsIndexOf(index, records), "a share lists records of its endpoint");
      const auto at = static_cast<size_t>(index);
      if (!shows_private && !IsPublic(records[at].record)) continue;
      CIS_CHECK(positions[at] >= 0, "what a share shows is visible");
      out.push_back(positions[at]);
    }
    return out;
  }

  // The owner of an image is left out if it is the project of a share that is hidden; whether a
  // share has accepted the image, if the share is.
  void HideOwners(const EndpointCatalog& in, const Positions& positions,
                  SharedVector<Stored<Image>>* images) const {
    std::vector<bool> is_seen(images->size(), false);
    for (const ShareCatalog& share : in.shares) {
      if (!AccessOf(share).is_own) continue;
      for (const int32_t index : share.image_indexes) {
        is_seen[static_cast<size_t>(positions[static_cast<size_t>(index)])] = true;
      }
    }
    const SharedVector<Stored<Image>> before = *images;
    for (size_t i = 0; i < before.size(); ++i) {
      const Image& image = before[i].record;
      const bool hides_owner = IsHidden(image.owner);
      const bool hides_status = !is_seen[i] && !image.member_status.empty();
      if (!hides_owner && !hides_status) continue;
      Image& changed = (*images->Mutable())[i].record;
      if (hides_owner) changed.owner = SharedText();
      if (hides_status) changed.member_status = SharedText();
    }
  }

  bool IsHidden(absl::string_view project) const { return hidden_projects_.contains(project); }

  // The ids of the networks of which everyone may know: external ones, and those that shares of
  // several VOs see as shared. Neutron calls a network shared too if one project shares it with one
  // other, so what only one VO sees may be its own.
  static absl::flat_hash_set<absl::string_view> PublicNetworksOf(const EndpointCatalog& endpoint) {
    absl::flat_hash_set<absl::string_view> out;
    absl::flat_hash_map<absl::string_view, std::set<absl::string_view>> vos;
    for (const ShareCatalog& share : endpoint.shares) {
      for (const Stored<Network>& stored : share.networks) {
        const Network& network = stored.record;
        if (network.is_external.value_or(false)) out.insert(network.id);
        if (!stored.active || !network.shared.value_or(false)) continue;
        std::set<absl::string_view>& seen_by = vos[network.id];
        seen_by.insert(share.share.vo);
        if (seen_by.size() > 1) out.insert(network.id);
      }
    }
    return out;
  }

  // What is said about a network by the site, and not by what the share has in it.
  static void KeepPublic(Network* network) {
    network->owner = SharedText();
    std::vector<Subnet>& subnets = network->subnets;
    // These ranges are known from the share's own addresses.
    subnets.erase(std::remove_if(subnets.begin(), subnets.end(),
                                 [](const Subnet& subnet) {
                                   return subnet.source != "subnets" &&
                                          subnet.source != "floatingip_pools";
                                 }),
                  subnets.end());
    for (Subnet& subnet : subnets) {
      subnet.used_count.reset();
      subnet.has_dhcp_port = false;
      subnet.gateway_holder = SharedText();
    }
    constexpr std::array<absl::string_view, 5> kPublicSources{"name", "record", "subnets",
                                                              "floatingip_pools", "addresses"};
    SharedList<Evidence> evidence;
    for (const Evidence& one : network->provenance.evidence) {
      if (absl::StartsWith(one.source, "property:") ||
          std::find(kPublicSources.begin(), kPublicSources.end(), one.source.view()) !=
              kPublicSources.end()) {
        evidence.push_back(one);
      }
    }
    network->provenance.evidence = std::move(evidence);
    network->provenance.warnings.clear();
  }

  ShareCatalog Visible(const ShareCatalog& in,
                       const absl::flat_hash_set<absl::string_view>& public_networks) const {
    const ShareAccess access = AccessOf(in);
    ShareCatalog out;
    out.share = in.share;
    if (!access.Shows(kProjectIds)) {
      out.share.project_key = HiddenProjectKey(in.share);
      out.share.project_id.clear();
      out.share.project_name.clear();
    }
    out.kinds = in.kinds;
    if (!rights_.operation) {
      out.share.endpoint.service_bases.clear();
      for (KindState& kind : out.kinds) {
        kind.error_message.clear();
        kind.skipped_count = 0;
        kind.remarks.clear();
      }
    }
    for (const Stored<Network>& stored : in.networks) {
      if (!access.is_own && !public_networks.contains(stored.record.id)) continue;
      out.networks.push_back(stored);
      Network& network = out.networks.back().record;
      if (!access.is_own) KeepPublic(&network);
      if (IsHidden(network.owner)) network.owner = SharedText();
    }
    if (access.Shows(kFloatingIps)) {
      out.floating_ips = in.floating_ips;
      out.floating_ips_known = in.floating_ips_known;
    }
    if (access.Shows(kQuotas)) out.quotas = in.quotas;
    out.zones = in.zones;
    out.is_searched = access.is_own && in.is_searched;
    if (access.is_own) {
      out.routers = in.routers;
      out.routers_known = in.routers_known;
      out.subnet_pools = in.subnet_pools;
      for (SubnetPool& pool : out.subnet_pools) {
        if (IsHidden(pool.owner)) pool.owner.clear();
      }
      out.volume_types = in.volume_types;
      return out;
    }
    out.share.user_domain.clear();
    for (FloatingIp& ip : out.floating_ips) ip.router_id.clear();
    // Those of a volume type name it.
    out.quotas.erase(
        std::remove_if(out.quotas.begin(), out.quotas.end(),
                       [](const Quota& quota) { return absl::StrContains(quota.resource, "."); }),
        out.quotas.end());
    return out;
  }

  const SiteCatalog& site_;
  const Rights& rights_;
  absl::flat_hash_set<std::string> hidden_projects_;
};

// Whether anything of the site is for operators only.
bool HasOperation(const SiteCatalog& site) {
  for (const EndpointCatalog& endpoint : site.endpoints) {
    if (!endpoint.endpoint.service_bases.empty() || !endpoint.offered_projects.empty()) return true;
    for (const ShareCatalog& share : endpoint.shares) {
      if (!share.share.endpoint.service_bases.empty()) return true;
      for (const KindState& kind : share.kinds) {
        if (!kind.error_message.empty() || kind.skipped_count != 0 || !kind.remarks.empty()) {
          return true;
        }
      }
    }
  }
  return false;
}

bool SeesAllShares(const SiteCatalog& site, const Rights& rights) {
  return std::all_of(
      site.endpoints.begin(), site.endpoints.end(), [&](const EndpointCatalog& endpoint) {
        return std::all_of(endpoint.shares.begin(), endpoint.shares.end(),
                           [&](const ShareCatalog& share) {
                             return AccessTo(share.share, site.site.name, rights).is_own;
                           });
      });
}

}  // namespace

std::shared_ptr<const SiteCatalog> VisibleSite(const std::shared_ptr<const SiteCatalog>& site,
                                               const Rights& rights) {
  if (SeesAllShares(*site, rights) && (rights.operation || !HasOperation(*site))) return site;
  auto out = std::make_shared<SiteCatalog>();
  out->site = site->site;
  out->generation = site->generation;
  out->revision = site->revision;
  const SiteFilter filter(*site, rights);
  out->endpoints.reserve(site->endpoints.size());
  for (const EndpointCatalog& endpoint : site->endpoints) {
    out->endpoints.push_back(filter.Visible(endpoint));
  }
  return out;
}

std::string RightsAtSite(const SiteCatalog& site, const Rights& rights) {
  std::string out = rights.operation ? "o" : "-";
  for (const EndpointCatalog& endpoint : site.endpoints) {
    for (const ShareCatalog& share : endpoint.shares) {
      const ShareAccess access = AccessTo(share.share, site.site.name, rights);
      absl::StrAppend(&out, ",", access.is_own ? 0xff : int{access.shown});
    }
  }
  return out;
}

std::shared_ptr<const Registry> VisibleRegistry(const std::shared_ptr<const Registry>& registry,
                                                const Rights& rights) {
  if (rights.operation) return registry;
  auto out = std::make_shared<Registry>(*registry);
  out->problems.clear();
  for (RegistryState& state : out->states) {
    state.error_message.clear();
    state.skipped_count = 0;
  }
  return out;
}

Catalog VisibleCatalog(const Catalog& catalog, const Rights& rights) {
  return VisibleCatalog(
      catalog, rights, [&rights](const auto& site) { return VisibleSite(site, rights); },
      [&rights](const auto& registry) { return VisibleRegistry(registry, rights); });
}

Catalog VisibleCatalog(
    const Catalog& catalog, const Rights& rights,
    absl::FunctionRef<std::shared_ptr<const SiteCatalog>(const std::shared_ptr<const SiteCatalog>&)>
        visible_site,
    absl::FunctionRef<std::shared_ptr<const Registry>(const std::shared_ptr<const Registry>&)>
        visible_registry) {
  Catalog out;
  out.generation = catalog.generation;
  if (!rights.may_read) return out;
  out.sites.reserve(catalog.sites.size());
  for (const auto& site : catalog.sites) out.sites.push_back(visible_site(site));
  out.registry = visible_registry(catalog.registry);
  if (rights.operation) {
    out.crawls = catalog.crawls;
    out.crawl_results = catalog.crawl_results;
  }
  return out;
}

}  // namespace cis::server
