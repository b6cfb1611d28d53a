// SPDX-License-Identifier: Apache-2.0
#include "server/placement/recheck.h"

#include <memory>
#include <utility>

#include "server/placement/group_search.h"
#include "server/placement/part_search.h"
#include "server/placement/placement_list.h"
#include "server/placement/search_context.h"
#include "server/placement/share_search.h"
#include "server/placement/share_standing.h"

namespace cis::server {
namespace {

bool IsChosen(const NetworkPlan& plan, const ChosenMachine& chosen) {
  const auto id_of = [](const Network* network) {
    return network == nullptr ? absl::string_view() : absl::string_view(network->id);
  };
  return plan.kind == chosen.plan_kind && id_of(plan.network) == chosen.network_id &&
         id_of(plan.pool) == chosen.pool_id;
}

bool IsChosen(const Placement& placement, const ChosenMachine& chosen) {
  return placement.flavor->id == chosen.flavor_id &&
         placement.image->image->id == chosen.image_id && IsChosen(*placement.plan, chosen);
}

void RequireChosen(const ChosenMachine& chosen, MachineRequest* request) {
  request->flavor_globs = {chosen.flavor_id};
  request->image = chosen.image_id;
  request->network = chosen.network_id;
}

// Searches the groups again with the plans that were chosen; looks at all plans for the reasons.
void RecheckGroups(const SearchContext& context, const ChosenPlacement& chosen, Recheck* out) {
  PartSearches parts;
  for (size_t i = 0; i < context.query->groups.size(); ++i) {
    parts.push_back(std::make_unique<PartSearch>(context, i, true));
  }
  const IndexedShare& share = *chosen.share;
  std::vector<Reason> standing = CheckStanding(share, AgeOf(share, context), context);
  if (standing.empty()) {
    GroupSearch search(context, &parts, [&chosen](size_t group, const NetworkPlan& plan) {
      return IsChosen(plan, chosen.machines[group]);
    });
    bool fits = false;
    out->placement = search.Find(share, &fits);
    if (out->placement) return;
  }
  out->reasons = GroupSearch(context, &parts).Explain(share, std::move(standing));
}

}  // namespace

Recheck RecheckPlacement(const ServingState& state, const ChosenPlacement& chosen, absl::Time now,
                         const FreshnessPolicy& policy, Work* work) {
  Recheck out;
  out.query = chosen.query;
  out.query.vos = {chosen.share->share().vo};
  const bool has_groups = !out.query.groups.empty();
  for (size_t i = 0; i < chosen.machines.size(); ++i) {
    MachineRequest& request = has_groups ? out.query.groups[i] : out.query;
    RequireChosen(chosen.machines[i], &request);
  }
  out.query.all_combinations = !has_groups;
  const SearchContext context =
      MakeSearchContext(*state.snapshot, *state.index, out.query, now, policy, work, nullptr);
  if (has_groups) {
    RecheckGroups(context, chosen, &out);
    if (out.placement) return out;
  } else {
    PlacementList found(out.query, std::nullopt, SIZE_MAX);
    ShareVerdict verdict = ShareSearch(context).Find(*chosen.share, &found);
    for (Placement& placement : found.Take()) {
      if (!IsChosen(placement, chosen.machines.front())) continue;
      out.placement = std::move(placement);
      return out;
    }
    out.reasons = std::move(verdict.reasons);
  }
  if (out.reasons.empty()) {
    // Flavors and images still fit together, and other plans would be possible.
    Reason reason;
    reason.code = ReasonCode::kNetPlanChanged;
    out.reasons.push_back(reason);
  }
  return out;
}

}  // namespace cis::server
