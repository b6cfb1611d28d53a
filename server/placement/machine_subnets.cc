#include "server/placement/machine_subnets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis {
namespace {

constexpr absl::string_view kComputeOwner = "compute:";

bool HasType(const Subnet& subnet, absl::string_view type) {
  return std::find(subnet.service_types.begin(), subnet.service_types.end(), type) !=
         subnet.service_types.end();
}

bool NamesMachines(const Subnet& subnet) {
  return std::any_of(subnet.service_types.begin(), subnet.service_types.end(),
                     [](const std::string& type) { return absl::StartsWith(type, kComputeOwner); });
}

// Appends to `usual` what a port gets of one IP version.
void AddUsual(const std::vector<const Subnet*>& serving, std::vector<const Subnet*>* usual) {
  const bool has_typed = std::any_of(serving.begin(), serving.end(),
                                     [](const Subnet* s) { return !s->service_types.empty(); });
  for (const Subnet* subnet : serving) {
    if (subnet->service_types.empty() != has_typed) usual->push_back(subnet);
  }
}

// `zone` empty: as if every zone were named.
MachineSubnets SubnetsInZone(const Network& network, const std::string& zone) {
  MachineSubnets out;
  out.zone = zone;
  const std::string owner = absl::StrCat(kComputeOwner, zone);
  for (const Subnet& subnet : network.subnets) {
    const bool serves = subnet.service_types.empty() ||
                        (zone.empty() ? NamesMachines(subnet) : HasType(subnet, owner));
    if (!serves) continue;
    (subnet.ip_version == 6 ? out.v6 : out.v4).push_back(&subnet);
  }
  AddUsual(out.v4, &out.usual);
  AddUsual(out.v6, &out.usual);
  out.all_known = AllSubnetsAreRead(network);
  return out;
}

bool HasTyped(const MachineSubnets& subnets) {
  return std::any_of(subnets.usual.begin(), subnets.usual.end(),
                     [](const Subnet* s) { return !s->service_types.empty(); });
}

bool AreAlike(const MachineSubnets& a, const MachineSubnets& b) {
  return a.v4 == b.v4 && a.v6 == b.v6 && a.usual == b.usual;
}

}  // namespace

bool AllSubnetsAreRead(const Network& network) {
  const auto is_read = [&network](const std::string& id) {
    return std::any_of(network.subnets.begin(), network.subnets.end(), [&id](const Subnet& s) {
      return s.id == id && (s.ip_version == 4 || s.ip_version == 6);
    });
  };
  return !network.subnets.empty() &&
         std::all_of(network.subnet_ids.begin(), network.subnet_ids.end(), is_read);
}

std::vector<MachineSubnets> MachineSubnetsOf(const Network& network,
                                             const std::vector<std::string>& zones) {
  if (std::none_of(network.subnets.begin(), network.subnets.end(), NamesMachines)) {
    // Whatever the zone is, no type names machines in it.
    MachineSubnets out = SubnetsInZone(network, "");
    return {std::move(out)};
  }
  if (zones.empty()) {
    MachineSubnets out = SubnetsInZone(network, "");
    out.zone_unknown = true;
    return {std::move(out)};
  }
  std::vector<MachineSubnets> out;
  out.reserve(zones.size());
  for (const std::string& zone : zones) out.push_back(SubnetsInZone(network, zone));
  // Where a subnet serves the zones of its service types only, ports must name theirs.
  const bool all_alike = std::all_of(out.begin(), out.end(), [&out](const MachineSubnets& one) {
    return AreAlike(one, out.front()) && !HasTyped(one);
  });
  if (all_alike) {
    out.resize(1);
    out.front().zone.clear();
  }
  return out;
}

std::vector<std::string> AvailableZones(const ShareCatalog& share, const std::string& service) {
  std::vector<std::string> out;
  for (const AvailabilityZone& zone : share.zones) {
    if (zone.service == service && zone.available) out.push_back(zone.name);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool ServesFloatingIps(const Subnet& subnet) {
  return subnet.ip_version != 6 &&
         (subnet.service_types.empty() || HasType(subnet, "network:floatingip"));
}

bool IsOnSubnet(const Router& router, const Network& network, const std::string& subnet_id) {
  if (!router.subnet_ids.empty()) {
    return std::find(router.subnet_ids.begin(), router.subnet_ids.end(), subnet_id) !=
           router.subnet_ids.end();
  }
  return std::find(router.network_ids.begin(), router.network_ids.end(), network.id) !=
         router.network_ids.end();
}

}  // namespace cis
