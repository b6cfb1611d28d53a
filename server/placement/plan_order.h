#pragma once

// The order in which the network plans of a share are tried.

#include <vector>

#include "server/placement/network_plan.h"

namespace cis::server {

// How much must be done for a plan. Smaller is tried first.
enum class PlanEffort {
  kNone = 0,       // all there
  kConfigDrive,    // no DHCP: the machine needs a config drive
  kRepairRouter,   // a router of the project must be switched on or given a gateway
  kMake,           // a router, or a network with a router, must be made
  kMakeRouted,     // likewise, of a subnet pool
  kChangeGateway,  // a router that leads elsewhere must be led here
  kAssumed,        // nothing is known to be missing, because nothing can be seen
  kMaybeRouted,    // for requests without an address: whether the network leads out is not known
  kUnaskedPublic,  // likewise: the network gives a public address
  kUnrouted,       // likewise: the network leads nowhere
  kMakePrivate,    // likewise: a network must be made
  kNoNetwork,      // likewise: there is none
};

struct RankedPlan {
  NetworkPlan plan;
  PlanEffort effort = PlanEffort::kNone;
};

// The plans of `share`, best first; marks those whose place only a name decided, with what else
// would do.
std::vector<NetworkPlan> SortPlans(const ShareCatalog& share, std::vector<RankedPlan> plans);

}  // namespace cis::server
