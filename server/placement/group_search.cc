// SPDX-License-Identifier: Apache-2.0
#include "server/placement/group_search.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "schema/base/check.h"
#include "server/placement/boot_choice.h"
#include "server/placement/network_fit.h"
#include "server/placement/share_standing.h"

namespace cis::server {
namespace {

using Choice = ShareSearch::Choice;
using ChoiceLists = std::vector<std::vector<Choice>>;

QuotaNeeds SumOf(const QuotaNeeds& a, const QuotaNeeds& b) {
  QuotaNeeds sum = a;
  for (size_t i = 0; i < sum.size(); ++i) {
    if (__builtin_add_overflow(a[i], b[i], &sum[i])) sum[i] = INT64_MAX;
  }
  return sum;
}

int64_t NeedOf(const Choice& choice, QuotaResource resource) {
  return choice.needs[static_cast<size_t>(resource)];
}

// Returns the first quota of a volume type that does not allow all volumes of the chosen machines;
// nothing if all do.
std::optional<Reason> TypeRefusal(const IndexedShare& share,
                                  const std::vector<const Choice*>& choices) {
  for (const VolumeType* type : share.boot.volume_types) {
    for (const QuotaResource resource : {QuotaResource::kVolumes, QuotaResource::kVolumeGib}) {
      int64_t need = 0;
      uint16_t parts = 0;
      for (size_t i = 0; i < choices.size(); ++i) {
        const bool is_of_type = choices[i]->is_of_any_type || choices[i]->pair.volume_type == type;
        if (!is_of_type || NeedOf(*choices[i], resource) == 0) continue;
        need += NeedOf(*choices[i], resource);
        parts |= PartBit(i);
      }
      const std::optional<int64_t> free = FreeOfType(share.quotas, resource, *type);
      if (!free || *free < 0 || need <= *free) continue;
      Reason reason;
      reason.code = *free == 0 ? ReasonCode::kQuotaZero : ReasonCode::kQuotaExhausted;
      reason.quota = resource;
      reason.want = need;
      reason.best = free;
      reason.volume_type = type;
      reason.parts = parts;
      return reason;
    }
  }
  return std::nullopt;
}

std::vector<const Choice*> ChoicesOf(const ChoiceLists& lists, const JointOptions& options) {
  std::vector<const Choice*> out;
  CIS_DCHECK(options.size() <= lists.size(), "each option is of a group");
  for (size_t i = 0; i < options.size(); ++i) {
    CIS_DCHECK(options[i] < lists[i].size(), "an option is one of its group");
    out.push_back(&lists[i][options[i]]);
  }
  return out;
}

// `lists` must outlive the choice; none may be empty.
JointChoice MachineChoice(const IndexedShare& share, const ChoiceLists& lists) {
  constexpr int64_t kSteps = 20;
  JointChoice out;
  out.steps = kSteps;
  std::vector<QuotaNeeds> least(lists.size() + 1);  // of each group and those after it together
  for (size_t i = lists.size(); i-- > 0;) {
    CIS_CHECK(!lists[i].empty(), "each group has a choice");
    QuotaNeeds of_group = lists[i].front().needs;
    for (const Choice& choice : lists[i]) {
      for (size_t r = 0; r < of_group.size(); ++r) {
        of_group[r] = std::min(of_group[r], choice.needs[r]);
      }
    }
    least[i] = SumOf(of_group, least[i + 1]);
  }
  for (const std::vector<Choice>& list : lists) out.option_counts.push_back(list.size());
  out.needs = [&lists, least](const JointOptions& options) {
    QuotaNeeds needs = least[options.size()];
    for (size_t i = 0; i < options.size(); ++i) {
      needs = SumOf(needs, lists[i][options[i]].needs);
    }
    return needs;
  };
  out.fits = [&share, &lists](const JointOptions& options) {
    return !TypeRefusal(share, ChoicesOf(lists, options));
  };
  return out;
}

bool HaveAllPlans(const std::vector<GroupPlans>& groups) {
  return std::none_of(groups.begin(), groups.end(),
                      [](const GroupPlans& group) { return group.plans.empty(); });
}

// Sets the means of the groups' scores, weighted by machines, and the worst of the rest.
void Summarize(const CriterionValues& weights, Placement* placement) {
  double machines = 0;
  CriterionValues sums{};
  for (const Placement& group : placement->groups) {
    const auto count = static_cast<double>(group.count);
    machines += count;
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += count * group.parts[i];
    placement->tier = std::max(placement->tier, group.tier);
    placement->confidence = std::min(placement->confidence, group.confidence);
    placement->unknowns |= group.unknowns;
  }
  CIS_CHECK(machines > 0, "a placement of groups has machines");
  placement->score = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    placement->parts[i] = sums[i] / machines;
    placement->score += placement->parts[i] * weights[i];
  }
}

}  // namespace

void GroupSearch::Select(const IndexedShare& share) {
  for (const auto& part : parts_) part->search().Select(share);
}

std::vector<GroupPlans> GroupSearch::PlansOfGroups(bool with_assumed) const {
  std::vector<GroupPlans> out;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const ShareSearch& search = parts_[i]->search();
    GroupPlans& group = out.emplace_back();
    group.group = &context_.query->groups[i];
    const auto add = [&](const std::vector<const NetworkPlan*>& plans) {
      for (const NetworkPlan* plan : plans) {
        if (!may_use_ || may_use_(i, *plan)) group.plans.push_back(plan);
      }
    };
    add(search.plans());
    if (with_assumed) add(search.assumed_plans());
  }
  return out;
}

// Chooses the flavor and image of each group, so that the quotas allow all machines: the best
// possible for each, the first groups first.
std::optional<std::vector<Choice>> GroupSearch::ChooseMachines(const IndexedShare& share) {
  ChoiceLists lists;
  for (const auto& part : parts_) {
    const std::optional<Choice> first = part->search().FirstChoice();
    if (!first) return std::nullopt;
    lists.push_back({*first});
  }
  // In most cases the best of each can be used together.
  std::optional<JointOptions> options =
      ChooseTogether(MachineChoice(share, lists), share.quotas, context_.work);
  if (!options) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      lists[i] = parts_[i]->search().Choices();
      if (lists[i].empty()) return std::nullopt;
    }
    options = ChooseTogether(MachineChoice(share, lists), share.quotas, context_.work);
  }
  if (!options) return std::nullopt;
  std::vector<Choice> out;
  for (size_t i = 0; i < lists.size(); ++i) out.push_back(lists[i][(*options)[i]]);
  return out;
}

Placement GroupSearch::MakePlacement(const IndexedShare& share, const std::vector<Choice>& machines,
                                     const std::vector<GroupPlan>& plans) {
  const JointPlans together = PutTogether(plans);
  int64_t all = 0;
  for (const GroupPlan& plan : plans) all += plan.group->count;
  std::vector<Placement> groups;
  for (size_t i = 0; i < plans.size(); ++i) {
    ShareSearch::Plan plan;
    plan.plan = plans[i].plan;
    share.quotas.Check(PlanNeeds(*plan.plan, plans[i].group->count), &plan.quota_unknown);
    plan.confidence = ConfidenceOf(
        *plan.plan, {together.machines[i], together.new_floating_ips[i], together.needs},
        share.quotas);
    const auto depends_on_it = [i](const std::optional<size_t>& other) { return other == i; };
    if (!together.prepared_by[i] &&
        std::none_of(together.prepared_by.begin(), together.prepared_by.end(), depends_on_it)) {
      // A fallback must not lead the machines to another network than that of the others.
      plan.fallbacks = FallbacksOf(*plan.plan, all, parts_[i]->search().plans(), share.quotas);
      const auto is_elsewhere = [&plan](const NetworkPlan* other) {
        return other->network != plan.plan->network;
      };
      plan.fallbacks.erase(
          std::remove_if(plan.fallbacks.begin(), plan.fallbacks.end(), is_elsewhere),
          plan.fallbacks.end());
    }
    Placement group = parts_[i]->search().MakePlacement(machines[i].pair, std::move(plan), true);
    group.count = plans[i].group->count;
    group.prepared_by = together.prepared_by[i];
    group.floating_ips_taken = together.floating_ips_before[i];
    groups.push_back(std::move(group));
  }
  Placement out = groups.front();
  out.groups = std::move(groups);
  Summarize(context_.query->weights, &out);
  return out;
}

std::optional<Placement> GroupSearch::Find(const IndexedShare& share, bool* fits) {
  *fits = false;
  Select(share);
  const std::optional<std::vector<Choice>> machines = ChooseMachines(share);
  if (!machines) return std::nullopt;
  for (const bool with_assumed : {false, true}) {
    const std::vector<GroupPlans> groups = PlansOfGroups(with_assumed);
    if (!HaveAllPlans(groups)) continue;
    const std::optional<std::vector<GroupPlan>> plans =
        ChoosePlansTogether(groups, share.quotas, context_.work);
    if (!plans) continue;
    *fits = !with_assumed;
    return MakePlacement(share, *machines, *plans);
  }
  return std::nullopt;
}

bool GroupSearch::Fits(const IndexedShare& share) {
  Select(share);
  const std::vector<GroupPlans> groups = PlansOfGroups(false);
  return HaveAllPlans(groups) && ChooseMachines(share) &&
         ChoosePlansTogether(groups, share.quotas, context_.work);
}

// Returns why the quotas do not allow the machines of all groups; nothing if they do.
std::optional<Reason> GroupSearch::WhyNoMachines(const IndexedShare& share) {
  ChoiceLists lists;
  for (const auto& part : parts_) {
    std::vector<Choice>& list = lists.emplace_back(part->search().Choices());
    // The requested machines may need more than the project could ever have.
    if (list.empty()) list.emplace_back().needs = part->search().LeastNeeds();
  }
  const JointChoice choice = MachineChoice(share, lists);
  if (std::optional<Reason> reason = WhyNotTogether(choice, share.quotas, context_.work)) {
    for (size_t i = 0; i < lists.size(); ++i) {
      const bool always_needs =
          std::all_of(lists[i].begin(), lists[i].end(),
                      [&reason](const Choice& one) { return NeedOf(one, *reason->quota) > 0; });
      if (always_needs) reason->parts |= PartBit(i);
    }
    // No group always needs it, but not all can do without it.
    if (reason->parts == 0) reason->parts = FirstParts(lists.size());
    return reason;
  }
  if (ChooseTogether(choice, share.quotas, context_.work)) return std::nullopt;
  JointChoice of_any_type = choice;
  of_any_type.fits = [](const JointOptions&) { return true; };
  const std::optional<JointOptions> options =
      ChooseTogether(of_any_type, share.quotas, context_.work);
  if (!options) return std::nullopt;
  return TypeRefusal(share, ChoicesOf(lists, *options));
}

// Adds what alone excludes a flavor or an image of a group, if nothing else may be wrong.
void GroupSearch::AddNearMisses(const std::vector<Reason>& reasons) {
  for (const auto& part : parts_) {
    const bool may_help = std::all_of(reasons.begin(), reasons.end(), [&part](const Reason& r) {
      return r.parts == 0 || (r.parts & part->bit()) != 0;
    });
    if (may_help) part->search().AddNearMisses(reasons);
  }
}

std::vector<Reason> GroupSearch::Explain(const IndexedShare& share, std::vector<Reason> standing) {
  std::vector<Reason> all = std::move(standing);
  Select(share);
  for (const auto& part : parts_) {
    std::vector<Reason> reasons = part->search().WhyNothingFits();
    part->search().Choices();
    if (part->search().choice_refused()) reasons.push_back(*part->search().choice_refused());
    part->Mark(&reasons);
    all.insert(all.end(), reasons.begin(), reasons.end());
  }
  if (HasData(share, Kind::kFlavors) && HasData(share, Kind::kImages)) {
    if (const std::optional<Reason> reason = WhyNoMachines(share)) all.push_back(*reason);
  }
  const std::vector<GroupPlans> groups = PlansOfGroups(false);
  if (HaveAllPlans(groups)) {
    const std::optional<Reason> reason = WhyNoPlansTogether(groups, share.quotas, context_.work);
    if (reason) all.push_back(*reason);
  }
  std::stable_sort(all.begin(), all.end(), [](const Reason& a, const Reason& b) {
    return StageOf(a.code) < StageOf(b.code);
  });
  DropRepeated(&all);
  AddNearMisses(all);
  return all;
}

}  // namespace cis::server
