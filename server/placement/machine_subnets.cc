// SPDX-License-Identifier: Apache-2.0
#include "server/placement/machine_subnets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis::server {
namespace {

constexpr absl::string_view kComputeOwner = "compute:";

bool HasType(const Subnet& subnet, absl::string_view type) {
  return std::find(subnet.service_types.begin(), subnet.service_types.end(), type) !=
         subnet.service_types.end();
}

// Returns the first of the service types that is for machines; empty if there is none.
absl::string_view MachineType(const Subnet& subnet) {
  for (const SharedText& type : subnet.service_types) {
    if (absl::StartsWith(type, kComputeOwner)) return type;
  }
  return "";
}

bool NamesMachines(const Subnet& subnet) { return !MachineType(subnet).empty(); }

void Add(const Subnet& subnet, MachineSubnets* out) {
  (subnet.ip_version == 6 ? out->v6 : out->v4).push_back(&subnet);
}

// Returns the subnets that serve every port.
MachineSubnets PlainSubnets(const Network& network) {
  MachineSubnets out;
  out.all_known = AllSubnetsAreRead(network);
  for (const Subnet& subnet : network.subnets) {
    if (subnet.service_types.empty()) Add(subnet, &out);
  }
  out.usual = out.v4;
  out.usual.insert(out.usual.end(), out.v6.begin(), out.v6.end());
  return out;
}

// Returns the subnets that serve ports of `owner`, of any zone if that is empty; for an IP version
// without such subnets, those that serve every port.
MachineSubnets OwnedSubnets(const Network& network, const MachineSubnets& plain,
                            const std::string& owner) {
  MachineSubnets out;
  out.all_known = plain.all_known;
  out.owner = owner;
  for (const Subnet& subnet : network.subnets) {
    if (owner.empty() ? !NamesMachines(subnet) : !HasType(subnet, owner)) continue;
    if (out.owner.empty()) out.owner = std::string(MachineType(subnet));
    if (HasType(subnet, out.owner)) Add(subnet, &out);
  }
  if (out.v4.empty() && out.v6.empty()) return out;
  if (out.v4.empty()) out.v4 = plain.v4;
  if (out.v6.empty()) out.v6 = plain.v6;
  return out;
}

}  // namespace

bool AllSubnetsAreRead(const Network& network) {
  const auto is_read = [&network](absl::string_view id) {
    return std::any_of(network.subnets.begin(), network.subnets.end(), [&id](const Subnet& s) {
      return s.id == id && (s.ip_version == 4 || s.ip_version == 6);
    });
  };
  return !network.subnets.empty() &&
         std::all_of(network.subnet_ids.begin(), network.subnet_ids.end(), is_read);
}

std::vector<MachineSubnets> MachineSubnetsOf(const Network& network,
                                             const std::vector<std::string>& zones) {
  std::vector<MachineSubnets> out;
  const MachineSubnets plain = PlainSubnets(network);
  const auto serves = [](const MachineSubnets& s) { return !s.v4.empty() || !s.v6.empty(); };
  const bool names_machines =
      std::any_of(network.subnets.begin(), network.subnets.end(), NamesMachines);
  // Also if no subnet serves machines: the entry says so.
  if (serves(plain) || !names_machines) out.push_back(plain);
  if (!names_machines) return out;
  if (zones.empty()) {
    out.push_back(OwnedSubnets(network, plain, ""));
    out.back().zone_unknown = true;
    return out;
  }
  for (const std::string& zone : zones) {
    MachineSubnets owned = OwnedSubnets(network, plain, absl::StrCat(kComputeOwner, zone));
    if (!serves(owned)) continue;
    owned.zone = zone;
    out.push_back(std::move(owned));
  }
  // The site has none of the zones that the subnets name.
  if (out.empty()) out.push_back(plain);
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

bool IsOnSubnet(const Router& router, const Network& network, absl::string_view subnet_id) {
  if (!router.subnet_ids.empty()) {
    return std::find(router.subnet_ids.begin(), router.subnet_ids.end(), subnet_id) !=
           router.subnet_ids.end();
  }
  return std::find(router.network_ids.begin(), router.network_ids.end(), network.id) !=
         router.network_ids.end();
}

}  // namespace cis::server
