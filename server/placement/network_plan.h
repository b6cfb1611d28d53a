// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ways in which machines of one share can get a network and addresses. Plans are made from
// subnets, ports and addresses, not from networks alone; they do not depend on the request, so they
// are made once per snapshot.

#include <cstdint>
#include <string>
#include <vector>

#include "schema/model/catalog.h"
#include "schema/model/fact.h"
#include "server/placement/address_room.h"

namespace cis::server {

enum class PlanKind {
  kNone = 0,              // no network is known
  kDirect,                // a port on `network` gives the public address
  kFloating,              // a port on `network`, a floating IP of `pool` through `router`
  kFloatingNeedsRouter,   // as kFloating, but a router must be created, or `router` repaired
  kFloatingNeedsNetwork,  // as kFloating, but a network, a subnet and a router must be created
  kPrivate,               // a port on `network`, no public address
  kRoutedNeedsNetwork,    // a network with a subnet of `subnet_pool` must be made, and a router to
                          // `pool`, which routes the addresses of the pool as they are
  kPrivateNeedsNetwork,   // a network with a subnet must be made
};

// Floating IPs of one external network that a machine can be given, by id.
struct UnattachedFloatingIps {
  std::string network_id;
  std::vector<std::string> ids;
};

// One plan. Pointers are valid as long as the share's catalog.
struct NetworkPlan {
  PlanKind kind = PlanKind::kNone;
  const Network* network = nullptr;  // nullptr if it must be created
  const Network* pool = nullptr;     // external network of floating IPs and gateways; nullptr if
                                     // none is used
  const Router* router = nullptr;    // nullptr if it must be created, is not needed or not known
  // The id of the IPv4 subnet that provides the machine's address and that the router is or will be
  // connected to; nullptr if not known or not needed.
  const SharedText* subnet = nullptr;
  // The subnets in which the machine's port needs an address each, because the network has other
  // subnets that are unsuitable or do not serve ports that Nova creates; empty = the port that Nova
  // creates is sufficient.
  std::vector<const SharedText*> port_subnets;
  std::string port_owner;  // `device_owner` that the port must be created with; empty = none
  std::string zone;  // of Nova, without which the subnets do not serve the machine; empty = any
  const SubnetPool* subnet_pool = nullptr;  // of the (or, for floating IPs, of a second) new subnet
  int new_ip_version = 0;                   // of the new subnet; 0 = none is created
  bool enables_router = false;              // `router` is switched off and must be switched on
  bool sets_gateway = false;                // `router` gets a gateway on `pool`
  const UnattachedFloatingIps* unattached = nullptr;  // of `pool`; nullptr if there are none
  // The subnets that provide the machines' addresses; empty if not known or to be created.
  std::vector<const Subnet*> subnets;
  AddressRoom room;  // room in `subnets` or the new ones, for the ports of machines
  // The subnets of `pool` that provide floating IPs and gateways; empty if not known or not needed.
  std::vector<const Subnet*> pool_subnets;
  AddressRoom pool_room;  // of `pool_subnets`
  // How sure it is that the plan works, without regard to a request; for a request, use
  // ConfidenceOf (network_fit.h).
  Confidence confidence = Confidence::kUnknown;
  Tristate public_v4 = Tristate::kUnknown;
  Tristate public_v6 = Tristate::kUnknown;
  Tristate routed = Tristate::kUnknown;  // whether `network` is behind a router with a gateway
  bool routers_unknown = false;          // the router path was assumed, not seen
  bool is_assumed = false;               // needs a router of another project, which is unseen
  bool needs_config_drive = false;       // no DHCP gives the machines their addresses
  bool ambiguous = false;                // another plan is as good except for its name
  std::vector<const Network*> alternatives;

  // Whether a network must be created.
  bool NeedsNetwork() const {
    return kind == PlanKind::kFloatingNeedsNetwork || kind == PlanKind::kRoutedNeedsNetwork ||
           kind == PlanKind::kPrivateNeedsNetwork;
  }
  // Whether a router must be created.
  bool NeedsRouter() const {
    return (kind == PlanKind::kFloatingNeedsRouter && router == nullptr) ||
           kind == PlanKind::kFloatingNeedsNetwork || kind == PlanKind::kRoutedNeedsNetwork;
  }
  // Whether a router's gateway takes an address of `pool`.
  bool TakesGateway() const { return NeedsRouter() || sets_gateway; }
  // Whether something must be created or changed before a machine can be reached as promised.
  bool NeedsSteps() const {
    return NeedsNetwork() || kind == PlanKind::kFloatingNeedsRouter || kind == PlanKind::kNone;
  }
  // Whether machines get floating IPs of `pool`.
  bool UsesFloatingIp() const {
    return kind == PlanKind::kFloating || kind == PlanKind::kFloatingNeedsRouter ||
           kind == PlanKind::kFloatingNeedsNetwork;
  }
};

// All plans of one share, each list best first. Moved, never copied: plans point into `unattached`.
struct NetworkPlans {
  NetworkPlans() = default;
  NetworkPlans(NetworkPlans&&) = default;
  NetworkPlans& operator=(NetworkPlans&&) = default;

  std::vector<NetworkPlan> with_public_v4;  // public_v4 is yes or unknown; assumed ones last
  std::vector<NetworkPlan> plain;           // a port on a network that the share can use
  std::vector<NetworkPlan> new_public_v6;   // networks to create that give public IPv6 addresses
  std::vector<UnattachedFloatingIps> unattached;
  const Network* private_pool = nullptr;  // an external network whose addresses are private
  const Network* down = nullptr;          // a network that is switched off
  bool sees_network = false;              // any network that works
};

// Returns whether the network is up and still listed.
bool IsUsableNetwork(const Stored<Network>& network);

// Returns whether the network is listed but not working: switched off, or in another state than
// ACTIVE.
bool IsDownNetwork(const Stored<Network>& network);

// Returns whether the network is of the share's project, so that its routers may be connected to
// it: Neutron rejects the subnets of other projects.
bool IsOwnNetwork(const Network& network, const Share& share);

// Returns the plans of `share`. Pure. The result does not depend on the order of its networks.
NetworkPlans BuildNetworkPlans(const ShareCatalog& share);

}  // namespace cis::server
