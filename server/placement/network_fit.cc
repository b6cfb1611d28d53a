#include "server/placement/network_fit.h"

#include <algorithm>

namespace cis {
namespace {

bool IsNamed(const Network& network, const std::string& wanted) {
  return network.id == wanted || network.name == wanted;
}

// Whether the plan gives what is wished of one family; `value` is what it has.
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

// 0 is best: known to be as wished, then unknown, then known not to be.
int WishRank(AddressWish wish, Tristate value) {
  if (wish == AddressWish::kAny) return 0;
  const Tristate best = wish == AddressWish::kNone ? Tristate::kNo : Tristate::kYes;
  if (value == best) return 0;
  return value == Tristate::kUnknown ? 1 : 2;
}

void Append(const std::vector<NetworkPlan>& plans, const PlacementQuery& query, bool ready_only,
            std::vector<const NetworkPlan*>* out) {
  for (const NetworkPlan& plan : plans) {
    if (ready_only && plan.NeedsSteps()) continue;
    if (!query.network.empty() &&
        (plan.network == nullptr || !IsNamed(*plan.network, query.network))) {
      continue;
    }
    if (!Satisfies(query.public_v6, plan.public_v6)) continue;
    // Who wants no address is not given a pool to take one from.
    if (query.public_v4 == AddressWish::kNone &&
        (plan.pool != nullptr || plan.public_v4 == Tristate::kYes)) {
      continue;
    }
    out->push_back(&plan);
  }
}

}  // namespace

void SelectPlans(const NetworkPlans& plans, const PlacementQuery& query,
                 std::vector<const NetworkPlan*>* out) {
  out->clear();
  const auto sort_by = [out](AddressWish wish, Tristate NetworkPlan::*address) {
    std::stable_sort(out->begin(), out->end(), [=](const NetworkPlan* a, const NetworkPlan* b) {
      return WishRank(wish, a->*address) < WishRank(wish, b->*address);
    });
  };
  switch (query.public_v4) {
    case AddressWish::kRequired:
      Append(plans.with_public_v4, query, false, out);
      break;
    case AddressWish::kPreferred:
      Append(plans.with_public_v4, query, true, out);
      Append(plans.plain, query, false, out);
      break;
    case AddressWish::kNone:
      Append(plans.plain, query, false, out);
      sort_by(AddressWish::kNone, &NetworkPlan::public_v4);
      break;
    case AddressWish::kAny:
      Append(plans.plain, query, false, out);
      break;
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
    for (const Stored<Network>& stored : share.view.share->networks) {
      if (stored.active && IsNamed(stored.record, query.network)) named = &stored.record;
    }
    const bool has_plan =
        std::any_of(plans.plain.begin(), plans.plain.end(), [&query](const NetworkPlan& plan) {
          return plan.network != nullptr && IsNamed(*plan.network, query.network);
        });
    if (!has_plan) {
      add(named == nullptr ? ReasonCode::kNetNotFound : ReasonCode::kNetNotAttachable, named);
      return out;
    }
  } else if (!plans.sees_network) {
    add(ReasonCode::kNetNone, nullptr);
    return out;
  }
  PlacementQuery only_v4;
  only_v4.network = query.network;
  only_v4.public_v4 = query.public_v4;
  std::vector<const NetworkPlan*> selected;
  SelectPlans(plans, only_v4, &selected);
  if (selected.empty()) {
    if (query.public_v4 == AddressWish::kNone) {
      add(ReasonCode::kNetOnlyPublic, plans.plain.empty() ? named : plans.plain.front().network);
    } else if (named != nullptr && !plans.with_public_v4.empty()) {
      add(ReasonCode::kNetNoRouter, named);
    } else {
      add(ReasonCode::kNetNoPublicV4, plans.private_pool);
    }
  }
  PlacementQuery only_v6;
  only_v6.network = query.network;
  only_v6.public_v6 = query.public_v6;
  SelectPlans(plans, only_v6, &selected);
  if (selected.empty() || out.empty()) {
    // With no other cause, the two wishes fail together: no one plan satisfies both.
    add(query.public_v6 == AddressWish::kNone ? ReasonCode::kNetOnlyPublic
                                              : ReasonCode::kNetNoPublicV6,
        named);
  }
  return out;
}

QuotaNeeds PlanNeeds(const NetworkPlan& plan, int64_t count) {
  QuotaNeeds needs{};
  const auto need = [&needs](QuotaResource resource) -> int64_t& {
    return needs[static_cast<size_t>(resource)];
  };
  if (plan.kind != PlanKind::kNone) need(QuotaResource::kPorts) = count;
  if (plan.pool != nullptr) {
    const auto unattached =
        plan.unattached == nullptr ? 0 : static_cast<int64_t>(plan.unattached->ids.size());
    need(QuotaResource::kFloatingIps) = std::max<int64_t>(0, count - unattached);
  }
  if (plan.kind == PlanKind::kFloatingNeedsNetwork) {
    need(QuotaResource::kNetworks) = 1;
    need(QuotaResource::kSubnets) = 1;
    need(QuotaResource::kRouters) = 1;
    need(QuotaResource::kPorts) += 2;  // of the router and of DHCP
  } else if (plan.kind == PlanKind::kFloatingNeedsRouter && plan.router == nullptr) {
    need(QuotaResource::kRouters) = 1;
    need(QuotaResource::kPorts) += 1;
  }
  return needs;
}

}  // namespace cis
