#include "server/placement/recheck.h"

#include <utility>

#include "server/placement/placement_list.h"
#include "server/placement/search_context.h"
#include "server/placement/share_search.h"

namespace cis {
namespace {

bool IsChosen(const Placement& placement, const ChosenPlacement& chosen) {
  const auto id_of = [](const Network* network) {
    return network == nullptr ? absl::string_view() : absl::string_view(network->id);
  };
  return placement.flavor->id == chosen.flavor_id &&
         placement.image->image->id == chosen.image_id &&
         placement.plan->kind == chosen.plan_kind &&
         id_of(placement.plan->network) == chosen.network_id &&
         id_of(placement.plan->pool) == chosen.pool_id;
}

}  // namespace

Recheck RecheckPlacement(const Snapshot& snapshot, std::shared_ptr<const PlacementIndex> index,
                         const ChosenPlacement& chosen, absl::Time now,
                         const FreshnessPolicy& policy, Work* work) {
  Recheck out;
  out.query = chosen.query;
  out.query.vos = {chosen.share->share().vo};
  out.query.flavor_globs = {chosen.flavor_id};
  out.query.image = chosen.image_id;
  out.query.network = chosen.network_id;
  out.query.all_combinations = true;
  const SearchContext context =
      MakeSearchContext(snapshot, *index, out.query, now, policy, work, nullptr);
  ShareSearch search(context);
  PlacementList found(out.query, std::nullopt, SIZE_MAX);
  ShareVerdict verdict = search.Find(*chosen.share, &found);
  for (Placement& placement : found.Take()) {
    if (IsChosen(placement, chosen)) {
      out.placement = std::move(placement);
      return out;
    }
  }
  out.reasons = std::move(verdict.reasons);
  if (out.reasons.empty()) {
    // Flavor and image still go together, and another plan would do.
    Reason reason;
    reason.code = ReasonCode::kNetPlanChanged;
    out.reasons.push_back(reason);
  }
  return out;
}

}  // namespace cis
