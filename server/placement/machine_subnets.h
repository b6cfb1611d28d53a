#pragma once

// Which subnets of a network serve the ports of machines (Neutron's service types), and which
// routers of the project are on a subnet.

#include <string>
#include <vector>

#include "schema/model/catalog.h"

namespace cis::server {

// The subnets of a network of which a machine in one zone may get its addresses.
struct MachineSubnets {
  std::string zone;                  // for which this holds; empty = for any
  std::string owner;                 // `device_owner` that the port must name; empty = none
  std::vector<const Subnet*> v4;     // that may serve, by id
  std::vector<const Subnet*> v6;     // likewise
  std::vector<const Subnet*> usual;  // of these, the ones that a port gets which Nova makes
  bool all_known = false;            // every subnet of the network can be read
  bool zone_unknown = false;         // service types name zones, and the site's are not known

  // Whether no machine can get an address: every subnet is for other ports.
  bool AreNone() const { return all_known && v4.empty() && v6.empty(); }
  // Whether machines may get an IPv4 address.
  bool MayHaveV4() const { return !v4.empty() || !all_known; }
  bool MayHaveV6() const { return !v6.empty() || !all_known; }
};

// An entry of what serves machines in every zone, if anything does, and one for each zone of
// `zones` that has subnets of its own. A subnet with service types serves only ports whose
// `device_owner` is one of them: for machines "compute:" and the name of their zone. Nova names it
// only after Neutron has chosen the addresses (`_create_port_minimal`), so that such a subnet
// serves no port that Nova makes: the port must be made before the machine, with that owner.
std::vector<MachineSubnets> MachineSubnetsOf(const Network& network,
                                             const std::vector<std::string>& zones);

// Whether each subnet of the network can be read, and there is one.
bool AllSubnetsAreRead(const Network& network);

// Names of the zones of a service ("compute", "volume") that are available, sorted; empty if zones
// are not known.
std::vector<std::string> AvailableZones(const ShareCatalog& share, const std::string& service);

// Whether floating IPs (`device_owner` "network:floatingip") may be of the subnet.
bool ServesFloatingIps(const Subnet& subnet);

// Whether the router has an interface on the subnet. Where interfaces are known by network only, a
// router on the network counts.
bool IsOnSubnet(const Router& router, const Network& network, const std::string& subnet_id);

}  // namespace cis::server
