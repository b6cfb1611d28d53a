// SPDX-License-Identifier: Apache-2.0
#include "server/placement/joint_plan.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "server/placement/network_fit.h"

namespace cis::server {
namespace {

// Whether two plans make the same network.
bool MakesTheSame(const NetworkPlan& a, const NetworkPlan& b) {
  return a.kind == b.kind && a.pool == b.pool && a.subnet_pool == b.subnet_pool;
}

// Whether the machines of `group`, whose plan makes a private network, may be on the network that
// `made` makes.
bool MayBeOn(const NetworkPlan& made, const MachineRequest& group) {
  const Tristate v4 = made.kind == PlanKind::kRoutedNeedsNetwork ? made.public_v4 : Tristate::kNo;
  const auto satisfies = [](AddressWish wish, Tristate value) {
    return (wish != AddressWish::kNone || value != Tristate::kYes) &&
           (wish != AddressWish::kRequired || value != Tristate::kNo);
  };
  return satisfies(group.public_v4, v4) && satisfies(group.public_v6, made.public_v6);
}

bool IsPrivateToMake(const NetworkPlan& plan) {
  return plan.kind == PlanKind::kPrivateNeedsNetwork;
}

// Addresses that are taken from subnets.
struct Demand {
  const Network* network = nullptr;  // nullptr: a new one
  int ip_version = 0;
  std::vector<const Subnet*> subnets;  // any of these, sorted; empty for a new network
  std::optional<int64_t> free;
  int64_t amount = 0;
  uint16_t groups = 0;
};

class Together {
 public:
  explicit Together(absl::Span<const GroupPlan> plans) : plans_(plans) {
    out_.prepared_by.resize(plans.size());
    out_.machines.resize(plans.size());
    out_.new_floating_ips.resize(plans.size());
    out_.floating_ips_before.resize(plans.size());
    makers_.resize(plans.size());
  }

  JointPlans Count() {
    FindMakers();
    CountNetworks();
    CountRouters();
    CountFloatingIps();
    CountPorts();
    CheckDemands();
    return std::move(out_);
  }

 private:
  const NetworkPlan& plan(size_t i) const { return *plans_[i].plan; }
  int64_t count(size_t i) const { return plans_[i].group->count; }

  // Returns the machines on the network that group `i` creates, and their groups.
  int64_t MachinesMadeBy(size_t i) const {
    int64_t machines = 0;
    for (size_t j = 0; j < plans_.size(); ++j) {
      if (makers_[j] == i) machines += count(j);
    }
    return machines;
  }
  uint16_t GroupsMadeBy(size_t i) const {
    uint16_t groups = 0;
    for (size_t j = 0; j < plans_.size(); ++j) {
      if (makers_[j] == i) groups |= PartBit(j);
    }
    return groups;
  }

  // Finds which group's plan creates the network of each group. A private network is not created
  // beside another that its machines may use.
  void FindMakers() {
    for (size_t i = 0; i < plans_.size(); ++i) {
      if (!plan(i).NeedsNetwork() || IsPrivateToMake(plan(i))) continue;
      makers_[i] = i;
      for (size_t j = 0; j < i; ++j) {
        if (makers_[j] == j && MakesTheSame(plan(i), plan(j))) makers_[i] = j;
      }
    }
    for (size_t i = 0; i < plans_.size(); ++i) {
      if (!IsPrivateToMake(plan(i))) continue;
      for (size_t j = 0; j < plans_.size() && !makers_[i]; ++j) {
        const bool is_private = IsPrivateToMake(plan(j));
        if (makers_[j] != j || (!is_private && !MayBeOn(plan(j), *plans_[i].group))) continue;
        if (plan(j).room.MayHold(MachinesMadeBy(j) + count(i))) makers_[i] = j;
      }
      if (!makers_[i]) makers_[i] = i;
    }
  }

  void CountNetworks() {
    for (size_t i = 0; i < plans_.size(); ++i) {
      if (!makers_[i]) continue;
      out_.machines[i] = MachinesMadeBy(*makers_[i]);
      if (*makers_[i] != i) {
        out_.prepared_by[i] = makers_[i];
        continue;
      }
      Prepare(i);
      demands_.push_back({nullptr, 0, {}, plan(i).room.free, out_.machines[i], GroupsMadeBy(i)});
    }
  }

  // Routers that are made for networks that exist, and those that are changed.
  void CountRouters() {
    for (size_t i = 0; i < plans_.size(); ++i) {
      if (plan(i).kind != PlanKind::kFloatingNeedsRouter) continue;
      for (size_t j = 0; j < i && !out_.prepared_by[i]; ++j) {
        if (plan(j).kind != PlanKind::kFloatingNeedsRouter || !IsSameRouter(plan(i), plan(j))) {
          continue;
        }
        if (plan(i).pool != plan(j).pool) out_.in_conflict = true;
        out_.prepared_by[i] = out_.prepared_by[j].value_or(j);
      }
      if (out_.prepared_by[i]) continue;
      Prepare(i);
    }
  }

  // Counts what the plan of group `i` creates or changes before machines start.
  void Prepare(size_t i) {
    const QuotaNeeds needs = PlanNeeds(plan(i), 0);
    for (size_t r = 0; r < needs.size(); ++r) out_.needs[r] += needs[r];
    if (plan(i).TakesGateway()) TakeOfPool(i, 1);
  }

  static bool IsSameRouter(const NetworkPlan& a, const NetworkPlan& b) {
    if (a.router != nullptr || b.router != nullptr) return a.router == b.router;
    return a.network == b.network && *a.subnet == *b.subnet;
  }

  void CountFloatingIps() {
    for (size_t i = 0; i < plans_.size(); ++i) {
      if (!plan(i).UsesFloatingIp()) continue;
      int64_t all = 0;
      bool is_first = true;
      uint16_t groups = 0;
      for (size_t j = 0; j < plans_.size(); ++j) {
        if (!plan(j).UsesFloatingIp() || plan(j).pool != plan(i).pool) continue;
        if (j < i) is_first = false;
        if (j < i) out_.floating_ips_before[i] += count(j);
        all += count(j);
        groups |= PartBit(j);
      }
      out_.new_floating_ips[i] = NewFloatingIps(plan(i), all);
      if (!is_first) continue;
      Need(out_.needs, QuotaResource::kFloatingIps) += out_.new_floating_ips[i];
      TakeOfPool(i, out_.new_floating_ips[i], groups);
    }
  }

  void TakeOfPool(size_t i, int64_t amount, uint16_t groups = 0) {
    if (amount == 0 || plan(i).pool_subnets.empty()) return;
    AddDemand(plan(i).pool, 4, plan(i).pool_subnets, amount, groups == 0 ? PartBit(i) : groups);
  }

  void AddDemand(const Network* network, int ip_version, std::vector<const Subnet*> subnets,
                 int64_t amount, uint16_t groups) {
    std::sort(subnets.begin(), subnets.end());
    for (Demand& demand : demands_) {
      if (demand.network != network || demand.subnets != subnets) continue;
      demand.amount += amount;
      demand.groups |= groups;
      return;
    }
    const std::optional<int64_t> free = RoomOf(subnets, false).free;
    demands_.push_back({network, ip_version, std::move(subnets), free, amount, groups});
  }

  void CountPorts() {
    for (size_t i = 0; i < plans_.size(); ++i) {
      if (plan(i).kind == PlanKind::kNone) continue;
      Need(out_.needs, QuotaResource::kPorts) += count(i);
      if (plan(i).network == nullptr) continue;
      for (size_t j = 0; j < plans_.size(); ++j) {
        if (plan(j).network == plan(i).network) out_.machines[i] += count(j);
      }
      for (const int ip_version : {4, 6}) {
        std::vector<const Subnet*> subnets;
        for (const Subnet* subnet : plan(i).subnets) {
          if (subnet->ip_version == ip_version) subnets.push_back(subnet);
        }
        if (subnets.empty()) continue;
        AddDemand(plan(i).network, ip_version, std::move(subnets), count(i), PartBit(i));
      }
    }
  }

  // Checks the addresses of each set of subnets against the groups that may take no others. The
  // sets are nested or disjoint, so these checks suffice.
  void CheckDemands() {
    for (const Demand& demand : demands_) {
      if (!demand.free || *demand.free == AddressRoom::kUnlimited) continue;
      Demand all = demand;
      for (const Demand& other : demands_) {
        const bool is_within = &other != &demand && demand.network != nullptr &&
                               other.network == demand.network &&
                               other.ip_version == demand.ip_version &&
                               std::includes(demand.subnets.begin(), demand.subnets.end(),
                                             other.subnets.begin(), other.subnets.end());
        if (!is_within) continue;
        all.amount += other.amount;
        all.groups |= other.groups;
      }
      if (all.amount <= *demand.free) continue;
      Reason& reason = out_.refused.emplace();
      reason.code = ReasonCode::kNetTooFewAddresses;
      reason.want = all.amount;
      reason.best = demand.free;
      reason.network = demand.network;
      reason.parts = all.groups;
      return;
    }
  }

  const absl::Span<const GroupPlan> plans_;
  JointPlans out_;
  std::vector<std::optional<size_t>> makers_;  // of the network of each group, if one is made
  std::vector<Demand> demands_;
};

// ----------------------------------------------------------------------------------- choosing

std::vector<GroupPlan> PlansOf(const std::vector<GroupPlans>& groups, const JointOptions& options) {
  std::vector<GroupPlan> out;
  for (size_t i = 0; i < options.size(); ++i) {
    out.push_back({groups[i].plans[options[i]], groups[i].group});
  }
  return out;
}

// What a group needs at least with any of its plans.
struct LeastOfGroup {
  int64_t ports = INT64_MAX;
  int64_t floating_ips = INT64_MAX;        // unattached ones included
  std::bitset<kQuotaResourceCount> needs;  // resources that every plan needs
};

LeastOfGroup LeastOf(const GroupPlans& group) {
  LeastOfGroup out;
  out.needs.set();
  for (const NetworkPlan* plan : group.plans) {
    const int64_t count = group.group->count;
    out.ports = std::min(out.ports, plan->kind == PlanKind::kNone ? 0 : count);
    out.floating_ips = std::min(out.floating_ips, plan->UsesFloatingIp() ? count : 0);
    const QuotaNeeds needs = PlanNeeds(*plan, count);
    for (size_t r = 0; r < needs.size(); ++r) {
      if (needs[r] == 0) out.needs.reset(r);
    }
    if (!plan->UsesFloatingIp()) continue;
    // Other groups may need the unattached ones.
    out.needs.set(static_cast<size_t>(QuotaResource::kFloatingIps));
  }
  if (out.floating_ips == 0) out.needs.reset(static_cast<size_t>(QuotaResource::kFloatingIps));
  return out;
}

// Returns the unattached floating IPs in the pools of these plans.
int64_t UnattachedOf(const std::vector<GroupPlans>& groups) {
  std::vector<const UnattachedFloatingIps*> seen;
  int64_t sum = 0;
  for (const GroupPlans& group : groups) {
    for (const NetworkPlan* plan : group.plans) {
      if (plan->unattached == nullptr ||
          std::find(seen.begin(), seen.end(), plan->unattached) != seen.end()) {
        continue;
      }
      seen.push_back(plan->unattached);
      sum += static_cast<int64_t>(plan->unattached->ids.size());
    }
  }
  return sum;
}

// `groups` must outlive the choice.
JointChoice PlanChoice(const std::vector<GroupPlans>& groups) {
  constexpr int64_t kSteps = 300;
  JointChoice out;
  out.steps = kSteps;
  // For each group: what it and the groups after it take at least.
  std::vector<int64_t> ports(groups.size() + 1);
  std::vector<int64_t> floating_ips(groups.size() + 1);
  for (size_t i = groups.size(); i-- > 0;) {
    const LeastOfGroup least = LeastOf(groups[i]);
    ports[i] = ports[i + 1] + least.ports;
    floating_ips[i] = floating_ips[i + 1] + least.floating_ips;
  }
  for (const GroupPlans& group : groups) out.option_counts.push_back(group.plans.size());
  const int64_t unattached = UnattachedOf(groups);
  out.needs = [&groups, ports, floating_ips, unattached](const JointOptions& options) {
    const std::vector<GroupPlan> plans = PlansOf(groups, options);
    QuotaNeeds needs = PutTogether(plans).needs;
    Need(needs, QuotaResource::kPorts) += ports[options.size()];
    int64_t floating = floating_ips[options.size()];
    for (const GroupPlan& one : plans) {
      if (one.plan->UsesFloatingIp()) floating += one.group->count;
    }
    int64_t& made = Need(needs, QuotaResource::kFloatingIps);
    made = std::max(made, floating - unattached);
    return needs;
  };
  out.fits = [&groups](const JointOptions& options) {
    const JointPlans together = PutTogether(PlansOf(groups, options));
    return !together.in_conflict && !together.refused;
  };
  return out;
}

// The plans of each group on the network of `anchor`; empty if some group has none.
std::vector<GroupPlans> OnOneNetwork(const std::vector<GroupPlans>& groups,
                                     const NetworkPlan& anchor) {
  std::vector<GroupPlans> out;
  for (const GroupPlans& group : groups) {
    GroupPlans& on = out.emplace_back();
    on.group = group.group;
    for (const NetworkPlan* plan : group.plans) {
      bool is_on = false;
      if (anchor.network != nullptr) {
        is_on = plan->network == anchor.network;
      } else if (plan->NeedsNetwork()) {
        is_on = MakesTheSame(*plan, anchor) ||
                (IsPrivateToMake(*plan) && MayBeOn(anchor, *group.group));
      }
      if (is_on) on.plans.push_back(plan);
    }
    if (on.plans.empty()) return {};
  }
  return out;
}

// Returns a plan for each network that all groups might share, starting with those that the first
// group prefers.
std::vector<const NetworkPlan*> Anchors(const std::vector<GroupPlans>& groups) {
  std::vector<const NetworkPlan*> out;
  const auto add = [&out](const NetworkPlan* plan) {
    const bool is_known = std::any_of(out.begin(), out.end(), [plan](const NetworkPlan* other) {
      return plan->network != nullptr ? other->network == plan->network
                                      : other->network == nullptr && MakesTheSame(*other, *plan);
    });
    if (!is_known) out.push_back(plan);
  };
  for (const NetworkPlan* plan : groups.front().plans) {
    if (plan->kind == PlanKind::kNone) continue;
    if (IsPrivateToMake(*plan)) {
      // The same for the network that another group needs.
      for (const GroupPlans& group : groups) {
        for (const NetworkPlan* other : group.plans) {
          if (other->NeedsNetwork() && !IsPrivateToMake(*other)) add(other);
        }
      }
    }
    add(plan);
  }
  return out;
}

}  // namespace

JointPlans PutTogether(absl::Span<const GroupPlan> plans) { return Together(plans).Count(); }

std::optional<std::vector<GroupPlan>> ChoosePlansTogether(const std::vector<GroupPlans>& groups,
                                                          const QuotaBook& quotas, Work* work) {
  for (const NetworkPlan* anchor : Anchors(groups)) {
    const std::vector<GroupPlans> on_one = OnOneNetwork(groups, *anchor);
    if (on_one.empty()) continue;
    const std::optional<JointOptions> options = ChooseTogether(PlanChoice(on_one), quotas, work);
    if (options) return PlansOf(on_one, *options);
  }
  const std::optional<JointOptions> options = ChooseTogether(PlanChoice(groups), quotas, work);
  if (!options) return std::nullopt;
  return PlansOf(groups, *options);
}

std::optional<Reason> WhyNoPlansTogether(const std::vector<GroupPlans>& groups,
                                         const QuotaBook& quotas, Work* work) {
  const JointChoice choice = PlanChoice(groups);
  if (std::optional<Reason> reason = WhyNotTogether(choice, quotas, work)) {
    for (size_t i = 0; i < groups.size(); ++i) {
      const bool always_needs = LeastOf(groups[i]).needs[static_cast<size_t>(*reason->quota)];
      if (always_needs) reason->parts |= PartBit(i);
    }
    if (reason->parts == 0) reason->parts = FirstParts(groups.size());
    return reason;
  }
  if (ChoosePlansTogether(groups, quotas, work)) return std::nullopt;
  // The first plans that the quotas allow have too few addresses.
  JointChoice without_addresses = choice;
  without_addresses.fits = [&groups](const JointOptions& options) {
    return !PutTogether(PlansOf(groups, options)).in_conflict;
  };
  const std::optional<JointOptions> options = ChooseTogether(without_addresses, quotas, work);
  if (!options) return std::nullopt;
  return PutTogether(PlansOf(groups, *options)).refused;
}

}  // namespace cis::server
