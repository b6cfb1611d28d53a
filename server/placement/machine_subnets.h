// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which subnets of a network serve the ports of machines (Neutron's service types), and which
// routers of the project are connected to a subnet.

#include <string>
#include <vector>

#include "schema/model/catalog.h"

namespace cis::server {

// The subnets of a network that may provide the addresses of a machine in one zone.
struct MachineSubnets {
  std::string zone;                  // the zone that this is valid for; empty = any
  std::string owner;                 // `device_owner` that the port must name; empty = none
  std::vector<const Subnet*> v4;     // that may provide an address, by id
  std::vector<const Subnet*> v6;     // likewise
  std::vector<const Subnet*> usual;  // those of them that serve a port which Nova creates
  bool all_known = false;            // every subnet of the network can be read
  bool zone_unknown = false;         // service types name zones, and the site's are not known

  // Returns whether no machine can get an address: every subnet is for other ports.
  bool AreNone() const { return all_known && v4.empty() && v6.empty(); }
  // Returns whether machines may get an IPv4 address.
  bool MayHaveV4() const { return !v4.empty() || !all_known; }
  bool MayHaveV6() const { return !v6.empty() || !all_known; }
};

// Returns an entry for the subnets that serve machines in every zone, if there are any, and one for
// each zone of `zones` that has its own subnets. A subnet with service types serves only ports
// whose `device_owner` is one of them: for machines, "compute:" and the name of their zone. Nova
// sets the owner only after Neutron has chosen the addresses (`_create_port_minimal`), so such a
// subnet serves no port that Nova creates: the port must be created before the machine, with that
// owner.
std::vector<MachineSubnets> MachineSubnetsOf(const Network& network,
                                             const std::vector<std::string>& zones);

// Returns whether the network has subnets and each of them can be read.
bool AllSubnetsAreRead(const Network& network);

// Returns the names of the zones of a service ("compute", "volume") that are available, sorted;
// empty if zones are not known.
std::vector<std::string> AvailableZones(const ShareCatalog& share, const std::string& service);

// Returns whether the subnet may provide floating IPs (`device_owner` "network:floatingip").
bool ServesFloatingIps(const Subnet& subnet);

// Returns whether the router has an interface on the subnet. If only the networks of its interfaces
// are known, a router on the network counts.
bool IsOnSubnet(const Router& router, const Network& network, absl::string_view subnet_id);

}  // namespace cis::server
