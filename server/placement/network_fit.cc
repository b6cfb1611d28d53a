// SPDX-License-Identifier: Apache-2.0
#include "server/placement/network_fit.h"

#include <algorithm>

#include "schema/model/known.h"

namespace cis::server {
namespace {

bool IsNamed(const Network& network, const std::string& wanted) {
  return network.id == wanted || network.name == wanted;
}

// Whether the plan satisfies the requirement for one family; `value` is what it has.
bool Satisfies(AddressWish wish, Tristate value) {
  switch (wish) {
    case AddressWish::kRequired:
      return value != Tristate::kNo;
    case AddressWish::kNone:
      return value != Tristate::kYes;
    case AddressWish::kAny:
    case AddressWish::kPreferred:
      return true;
  }
  return true;
}

// Returns the number of subnets that the plan creates: one, and a second if it gives both floating
// IPs and public IPv6.
int64_t NewSubnets(const NetworkPlan& plan) {
  return plan.kind == PlanKind::kFloatingNeedsNetwork && plan.subnet_pool != nullptr ? 2 : 1;
}

// Returns 0 (best) if the value is known to be as required, 1 if unknown, 2 if known to be
// different.
int WishRank(AddressWish wish, Tristate value) {
  if (wish == AddressWish::kAny) return 0;
  const Tristate best = wish == AddressWish::kNone ? Tristate::kNo : Tristate::kYes;
  if (value == best) return 0;
  return IsKnown(value) ? 2 : 1;
}

void Append(const std::vector<NetworkPlan>& plans, const PlacementQuery& query, bool ready_only,
            std::vector<const NetworkPlan*>* out, std::vector<const NetworkPlan*>* assumed) {
  for (const NetworkPlan& plan : plans) {
    if (ready_only && (plan.NeedsSteps() || plan.is_assumed)) continue;
    if (!plan.zone.empty() && !query.zone.empty() && plan.zone != query.zone) continue;
    if (!query.network.empty() &&
        (plan.network == nullptr || !IsNamed(*plan.network, query.network))) {
      continue;
    }
    if (!Satisfies(query.public_v6, plan.public_v6)) continue;
    // A request without a public address does not get a plan with a pool of addresses.
    if (query.public_v4 == AddressWish::kNone &&
        (plan.UsesFloatingIp() || plan.public_v4 == Tristate::kYes)) {
      continue;
    }
    (plan.is_assumed ? assumed : out)->push_back(&plan);
  }
}

// Returns the external network with private addresses to which a router of the project leads the
// network; nullptr if there is none.
const Network* PrivatePoolOf(const Network& network, const ShareCatalog& share) {
  for (const Router& router : share.routers) {
    if (std::find(router.network_ids.begin(), router.network_ids.end(), network.id) ==
        router.network_ids.end()) {
      continue;
    }
    for (const Stored<Network>& stored : share.networks) {
      if (stored.active && stored.record.id == router.external_network_id &&
          stored.record.public_v4 == Tristate::kNo) {
        return &stored.record;
      }
    }
  }
  return nullptr;
}

}  // namespace

void SelectPlans(const NetworkPlans& plans, const PlacementQuery& query,
                 std::vector<const NetworkPlan*>* out, std::vector<const NetworkPlan*>* assumed) {
  out->clear();
  assumed->clear();
  const auto sort_by = [out](AddressWish wish, Tristate NetworkPlan::*address) {
    std::stable_sort(out->begin(), out->end(), [=](const NetworkPlan* a, const NetworkPlan* b) {
      return WishRank(wish, a->*address) < WishRank(wish, b->*address);
    });
  };
  switch (query.public_v4) {
    case AddressWish::kRequired:
      Append(plans.with_public_v4, query, false, out, assumed);
      break;
    case AddressWish::kPreferred:
      Append(plans.with_public_v4, query, true, out, assumed);
      Append(plans.plain, query, false, out, assumed);
      break;
    case AddressWish::kNone:
      Append(plans.plain, query, false, out, assumed);
      sort_by(AddressWish::kNone, &NetworkPlan::public_v4);
      break;
    case AddressWish::kAny:
      Append(plans.plain, query, false, out, assumed);
      break;
  }
  if (query.public_v6 == AddressWish::kRequired && query.public_v4 != AddressWish::kRequired) {
    Append(plans.new_public_v6, query, false, out, assumed);
  }
  if (query.public_v6 != AddressWish::kAny) sort_by(query.public_v6, &NetworkPlan::public_v6);
}

std::vector<Reason> ExplainNetworks(const IndexedShare& share, const PlacementQuery& query) {
  std::vector<Reason> out;
  const auto add = [&out](ReasonCode code, const Network* network) {
    Reason reason;
    reason.code = code;
    reason.network = network;
    out.push_back(reason);
  };
  const NetworkPlans& plans = share.plans;
  const Network* named = nullptr;
  if (!query.network.empty()) {
    bool is_down = false;
    for (const Stored<Network>& stored : share.view.share->networks) {
      if (!stored.active || !IsNamed(stored.record, query.network)) continue;
      named = &stored.record;
      is_down = IsDownNetwork(stored);
    }
    const bool has_plan =
        std::any_of(plans.plain.begin(), plans.plain.end(), [&query](const NetworkPlan& plan) {
          return plan.network != nullptr && IsNamed(*plan.network, query.network);
        });
    if (!has_plan) {
      ReasonCode code = ReasonCode::kNetNotFound;
      if (named != nullptr) code = is_down ? ReasonCode::kNetDown : ReasonCode::kNetNotAttachable;
      add(code, named);
      return out;
    }
  } else if (!plans.sees_network) {
    add(plans.down != nullptr ? ReasonCode::kNetDown : ReasonCode::kNetNone, plans.down);
    return out;
  }
  std::vector<const NetworkPlan*> selected;
  std::vector<const NetworkPlan*> assumed;
  SelectPlans(plans, query, &selected, &assumed);
  if (!assumed.empty()) {
    add(ReasonCode::kNetRouterUnseen, assumed.front()->network);
    return out;
  }
  if (!query.zone.empty()) {
    PlacementQuery any_zone = query;
    any_zone.zone.clear();
    SelectPlans(plans, any_zone, &selected, &assumed);
    if (!selected.empty()) {
      add(ReasonCode::kNetNotInZone, selected.front()->network);
      return out;
    }
  }
  PlacementQuery only_v4;
  only_v4.network = query.network;
  only_v4.public_v4 = query.public_v4;
  SelectPlans(plans, only_v4, &selected, &assumed);
  const bool has_v4 = !selected.empty();
  if (!has_v4) {
    if (query.public_v4 == AddressWish::kNone) {
      add(ReasonCode::kNetOnlyPublic, named);
    } else if (named != nullptr && !plans.with_public_v4.empty()) {
      add(ReasonCode::kNetNoRouter, named);
      out.back().leads_to = PrivatePoolOf(*named, *share.view.share);
    } else {
      add(ReasonCode::kNetNoPublicV4, plans.private_pool);
    }
  }
  PlacementQuery only_v6;
  only_v6.network = query.network;
  only_v6.public_v6 = query.public_v6;
  SelectPlans(plans, only_v6, &selected, &assumed);
  if (selected.empty()) {
    add(query.public_v6 == AddressWish::kNone ? ReasonCode::kNetOnlyPublic
                                              : ReasonCode::kNetNoPublicV6,
        named);
  } else if (has_v4) {
    // Each requirement can be satisfied, but no plan satisfies both.
    const bool wants_none =
        query.public_v4 == AddressWish::kNone && query.public_v6 == AddressWish::kNone;
    add(wants_none ? ReasonCode::kNetOnlyPublic : ReasonCode::kNetNotBothFamilies, named);
    const NetworkPlan& first = *selected.front();
    if (named == nullptr && query.public_v6 == AddressWish::kRequired &&
        first.public_v6 == Tristate::kYes) {
      out.back().network = first.network;
    }
  }
  return out;
}

int64_t NewFloatingIps(const NetworkPlan& plan, int64_t count) {
  if (!plan.UsesFloatingIp()) return 0;
  const auto unattached =
      plan.unattached == nullptr ? 0 : static_cast<int64_t>(plan.unattached->ids.size());
  return std::max<int64_t>(0, count - unattached);
}

QuotaNeeds PlanNeeds(const NetworkPlan& plan, int64_t count) {
  QuotaNeeds needs{};
  const auto need = [&needs](QuotaResource resource) -> int64_t& {
    return needs[static_cast<size_t>(resource)];
  };
  if (plan.kind != PlanKind::kNone) need(QuotaResource::kPorts) = count;
  need(QuotaResource::kFloatingIps) = NewFloatingIps(plan, count);
  if (plan.NeedsNetwork()) {
    need(QuotaResource::kNetworks) = 1;
    need(QuotaResource::kSubnets) = NewSubnets(plan);
  }
  if (plan.NeedsRouter()) {
    need(QuotaResource::kRouters) = 1;
    // The router's interfaces; the port of a gateway belongs to no project.
    need(QuotaResource::kPorts) += plan.NeedsNetwork() ? NewSubnets(plan) : 1;
  }
  return needs;
}

std::optional<Reason> CheckRoom(const NetworkPlan& plan, int64_t count) {
  Reason reason;
  reason.code = ReasonCode::kNetTooFewAddresses;
  if (plan.kind != PlanKind::kNone && !plan.room.MayHold(count)) {
    reason.want = count;
    reason.best = plan.room.free;
    reason.network = plan.network;
    return reason;
  }
  const int64_t of_pool = NewFloatingIps(plan, count) + (plan.TakesGateway() ? 1 : 0);
  if (of_pool > 0 && !plan.pool_room.MayHold(of_pool)) {
    reason.want = of_pool;
    reason.best = plan.pool_room.free;
    reason.network = plan.pool;
    return reason;
  }
  return std::nullopt;
}

PlanUse UseOf(const NetworkPlan& plan, int64_t count) {
  PlanUse use{count, NewFloatingIps(plan, count), {}};
  if (plan.NeedsNetwork()) use.needs = PlanNeeds(plan, count);
  return use;
}

Confidence ConfidenceOf(const NetworkPlan& plan, const PlanUse& use, const QuotaBook& quotas) {
  Confidence confidence = plan.confidence;
  const auto at_most = [&confidence](Confidence bound) {
    confidence = std::min(confidence, bound);
  };
  if (plan.kind == PlanKind::kNone) return confidence;
  if (!plan.room.Holds(use.machines)) at_most(Confidence::kProbable);
  if (use.new_floating_ips > 0 || plan.TakesGateway()) at_most(Confidence::kProbable);
  if (plan.NeedsNetwork()) {
    // DHCP uses a port of the project in each new network too, if the site runs DHCP for it.
    QuotaNeeds needs = use.needs;
    Need(needs, QuotaResource::kPorts) += Need(needs, QuotaResource::kNetworks);
    if (!quotas.Allows(needs)) at_most(Confidence::kProbable);
  }
  return confidence;
}

std::vector<const NetworkPlan*> FallbacksOf(const NetworkPlan& chosen, int64_t count,
                                            const std::vector<const NetworkPlan*>& plans,
                                            const QuotaBook& quotas) {
  std::vector<const NetworkPlan*> out;
  if (NewFloatingIps(chosen, count) == 0 && !chosen.TakesGateway()) return out;
  for (const NetworkPlan* plan : plans) {
    const auto has_its_pool = [plan](const NetworkPlan* other) {
      return other->pool == plan->pool;
    };
    if (plan->kind != chosen.kind || plan->pool == nullptr || has_its_pool(&chosen) ||
        std::any_of(out.begin(), out.end(), has_its_pool) || CheckRoom(*plan, count) ||
        !quotas.Allows(PlanNeeds(*plan, count))) {
      continue;
    }
    out.push_back(plan);
  }
  return out;
}

}  // namespace cis::server
