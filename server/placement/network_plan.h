#pragma once

// The ways in which machines of one share can get a network and addresses. They do not depend on
// the request, so they are made once per snapshot.

#include <string>
#include <vector>

#include "schema/model/catalog.h"
#include "schema/model/fact.h"

namespace cis {

enum class PlanKind {
  kNone = 0,  // no network is known
  kDirect,    // a port on `network` gives the public address
  kFloating,  // a port on `network`, a floating IP of `pool` through `router`
  kFloatingNeedsRouter,
  kFloatingNeedsNetwork,
  kPrivate,  // a port on `network`, no public address
};

// Floating IPs of one external network that have no port, by id.
struct UnattachedFloatingIps {
  std::string network_id;
  std::vector<std::string> ids;
};

// One way. Pointers live as long as the share's catalog.
struct NetworkPlan {
  PlanKind kind = PlanKind::kNone;
  const Network* network = nullptr;     // nullptr if it must be made
  const Network* pool = nullptr;        // of the floating IP; nullptr if none is used
  const Router* router = nullptr;       // nullptr if it must be made, is not needed or not known
  const std::string* subnet = nullptr;  // id of the subnet to put behind a new router
  const UnattachedFloatingIps* unattached = nullptr;  // of `pool`; nullptr if there are none
  Confidence confidence = Confidence::kUnknown;
  Tristate public_v4 = Tristate::kUnknown;
  Tristate public_v6 = Tristate::kUnknown;
  Tristate routed = Tristate::kUnknown;  // whether `network` is behind a router with a gateway
  bool routers_unknown = false;          // the router path was assumed, not seen
  bool ambiguous = false;                // another is as good by all but its name
  std::vector<const Network*> alternatives;

  // Whether something must be made or changed before a machine can be reached as promised.
  bool NeedsSteps() const {
    return kind == PlanKind::kFloatingNeedsRouter || kind == PlanKind::kFloatingNeedsNetwork ||
           kind == PlanKind::kNone;
  }
  // Whether it is meant to give a public IPv4 address.
  bool GivesPublicV4() const { return kind != PlanKind::kPrivate && kind != PlanKind::kNone; }
};

// All ways of one share, each list best first. Moved, never copied: plans point into `unattached`.
struct NetworkPlans {
  NetworkPlans() = default;
  NetworkPlans(NetworkPlans&&) = default;
  NetworkPlans& operator=(NetworkPlans&&) = default;

  std::vector<NetworkPlan> with_public_v4;  // public_v4 is yes or unknown
  std::vector<NetworkPlan> plain;           // a port on a network that the share can use
  std::vector<UnattachedFloatingIps> unattached;
  const Network* private_pool = nullptr;  // an external network whose addresses are private
  bool sees_network = false;              // any network that works
};

// Whether the network works and is still listed.
bool IsUsableNetwork(const Stored<Network>& network);

// Pure. The answer does not depend on the order of the networks in `share`.
NetworkPlans BuildNetworkPlans(const ShareCatalog& share);

}  // namespace cis
