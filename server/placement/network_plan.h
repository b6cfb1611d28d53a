#pragma once

// The ways in which machines of one share can get a network and addresses. They are made of
// subnets, ports and addresses, not of networks alone, and do not depend on the request, so they
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
  kFloatingNeedsRouter,   // as kFloating; a router must be made, or `router` must be repaired
  kFloatingNeedsNetwork,  // as kFloating; a network, a subnet and a router must be made
  kPrivate,               // a port on `network`, no public address
  kRoutedNeedsNetwork,    // a network must be made with a subnet of `subnet_pool`, and a router to
                          // `pool`, which routes the addresses of the pool as they are
  kPrivateNeedsNetwork,   // a network with a subnet must be made
};

// Floating IPs of one external network that a machine can be given, by id.
struct UnattachedFloatingIps {
  std::string network_id;
  std::vector<std::string> ids;
};

// One way. Pointers live as long as the share's catalog.
struct NetworkPlan {
  PlanKind kind = PlanKind::kNone;
  const Network* network = nullptr;  // nullptr if it must be made
  const Network* pool = nullptr;     // external network of floating IPs and gateways; nullptr if
                                     // none is used
  const Router* router = nullptr;    // nullptr if it must be made, is not needed or not known
  // Id of the IPv4 subnet that the machine's address is of and that the router serves or is to
  // serve; nullptr if not known or not needed.
  const std::string* subnet = nullptr;
  // Subnets in which the machine's port needs an address each, because the network has others that
  // do not do or are not for ports that Nova makes; empty = the port that Nova makes does.
  std::vector<const std::string*> port_subnets;
  std::string port_owner;  // `device_owner` that the port must be made with; empty = none
  std::string zone;  // of Nova, without which the subnets do not serve the machine; empty = any
  const SubnetPool* subnet_pool = nullptr;  // of the (or, for floating IPs, of a second) new subnet
  int new_ip_version = 0;                   // of the new subnet; 0 = none is made
  bool enables_router = false;              // `router` is switched off and must be switched on
  bool sets_gateway = false;                // `router` gets a gateway on `pool`
  const UnattachedFloatingIps* unattached = nullptr;  // of `pool`; nullptr if there are none
  // Of which machines take their addresses; empty if not known or to be made.
  std::vector<const Subnet*> subnets;
  AddressRoom room;  // of `subnets` or the new ones, for the ports of machines
  // Of `pool`, of which floating IPs and gateways are taken; empty if not known or not needed.
  std::vector<const Subnet*> pool_subnets;
  AddressRoom pool_room;  // of `pool_subnets`
  // Of all that is known whatever is asked; ConfidenceOf (network_fit.h) has it for a request.
  Confidence confidence = Confidence::kUnknown;
  Tristate public_v4 = Tristate::kUnknown;
  Tristate public_v6 = Tristate::kUnknown;
  Tristate routed = Tristate::kUnknown;  // whether `network` is behind a router with a gateway
  bool routers_unknown = false;          // the router path was assumed, not seen
  bool is_assumed = false;               // and by nothing but that it may be: another project's
  bool needs_config_drive = false;       // no DHCP tells machines their addresses
  bool ambiguous = false;                // another is as good by all but its name
  std::vector<const Network*> alternatives;

  // Whether a network must be made.
  bool NeedsNetwork() const {
    return kind == PlanKind::kFloatingNeedsNetwork || kind == PlanKind::kRoutedNeedsNetwork ||
           kind == PlanKind::kPrivateNeedsNetwork;
  }
  // Whether a router must be made.
  bool NeedsRouter() const {
    return (kind == PlanKind::kFloatingNeedsRouter && router == nullptr) ||
           kind == PlanKind::kFloatingNeedsNetwork || kind == PlanKind::kRoutedNeedsNetwork;
  }
  // Whether a router's gateway takes an address of `pool`.
  bool TakesGateway() const { return NeedsRouter() || sets_gateway; }
  // Whether something must be made or changed before a machine can be reached as promised.
  bool NeedsSteps() const {
    return NeedsNetwork() || kind == PlanKind::kFloatingNeedsRouter || kind == PlanKind::kNone;
  }
  // Whether machines get floating IPs of `pool`.
  bool UsesFloatingIp() const {
    return kind == PlanKind::kFloating || kind == PlanKind::kFloatingNeedsRouter ||
           kind == PlanKind::kFloatingNeedsNetwork;
  }
};

// All ways of one share, each list best first. Moved, never copied: plans point into `unattached`.
struct NetworkPlans {
  NetworkPlans() = default;
  NetworkPlans(NetworkPlans&&) = default;
  NetworkPlans& operator=(NetworkPlans&&) = default;

  std::vector<NetworkPlan> with_public_v4;  // public_v4 is yes or unknown; assumed ones last
  std::vector<NetworkPlan> plain;           // a port on a network that the share can use
  std::vector<NetworkPlan> new_public_v6;   // networks to make that give public IPv6 addresses
  std::vector<UnattachedFloatingIps> unattached;
  const Network* private_pool = nullptr;  // an external network whose addresses are private
  const Network* down = nullptr;          // a network that is switched off
  bool sees_network = false;              // any network that works
};

// Whether the network works and is still listed.
bool IsUsableNetwork(const Stored<Network>& network);

// Whether it is listed and does not work: switched off, or in another state than ACTIVE.
bool IsDownNetwork(const Stored<Network>& network);

// Whether the network is of the share's project, so that its routers may be put on it: Neutron
// refuses subnets of others.
bool IsOwnNetwork(const Network& network, const Share& share);

// Pure. The answer does not depend on the order of the networks in `share`.
NetworkPlans BuildNetworkPlans(const ShareCatalog& share);

}  // namespace cis::server
