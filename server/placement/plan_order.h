// SPDX-License-Identifier: Apache-2.0
#pragma once

// The order in which the network plans of a share are tried.

#include <vector>

#include "server/placement/network_plan.h"

namespace cis::server {

// How much a plan requires to be done. Smaller is tried first.
enum class PlanEffort {
  kNone = 0,       // everything exists
  kConfigDrive,    // no DHCP: the machine needs a config drive
  kRepairRouter,   // a router of the project must be switched on or given a gateway
  kMake,           // a router, or a network with a router, must be created
  kMakeRouted,     // likewise, from a subnet pool
  kChangeGateway,  // a router that leads to another network must be redirected
  kAssumed,        // nothing is known to be missing, because nothing is visible
  kMaybeRouted,    // for requests without an address: it is unknown whether the network leads out
  kUnaskedPublic,  // likewise: the network gives a public address
  kUnrouted,       // likewise: the network leads nowhere
  kMakePrivate,    // likewise: a network must be created
  kNoNetwork,      // likewise: there is none
};

struct RankedPlan {
  NetworkPlan plan;
  PlanEffort effort = PlanEffort::kNone;
};

// Returns the plans of `share`, best first. Plans whose position was decided by a name alone are
// marked, with the alternatives.
std::vector<NetworkPlan> SortPlans(const ShareCatalog& share, std::vector<RankedPlan> plans);

}  // namespace cis::server
