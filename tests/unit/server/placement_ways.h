// SPDX-License-Identifier: Apache-2.0
#pragma once

// Network plans as the brute-force reference has them.

#include <string>

#include "server/placement/network_plan.h"
#include "tests/unit/server/placement_reference.h"

namespace cis::server {

inline std::string KindOf(const NetworkPlan& plan) {
  switch (plan.kind) {
    case PlanKind::kNone:
      return "";
    case PlanKind::kDirect:
      return "direct";
    case PlanKind::kFloating:
      return "floating";
    case PlanKind::kFloatingNeedsRouter:
      return plan.router == nullptr ? "router" : "repair";
    case PlanKind::kFloatingNeedsNetwork:
      return "network";
    case PlanKind::kPrivate:
      return "private";
    case PlanKind::kRoutedNeedsNetwork:
      return "routed";
    case PlanKind::kPrivateNeedsNetwork:
      return "isolated";
  }
  return "?";
}

inline Way WayOf(const NetworkPlan& plan) {
  return {KindOf(plan),
          plan.network == nullptr ? "" : std::string(plan.network->id),
          plan.pool == nullptr ? "" : std::string(plan.pool->id),
          plan.subnet == nullptr ? "" : std::string(*plan.subnet),
          plan.subnet_pool == nullptr ? "" : plan.subnet_pool->id,
          plan.is_assumed};
}

}  // namespace cis::server
