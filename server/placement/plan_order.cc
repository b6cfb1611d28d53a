// SPDX-License-Identifier: Apache-2.0
#include "server/placement/plan_order.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "schema/model/known.h"
#include "server/placement/network_names.h"

namespace cis::server {
namespace {

// What decides between two plans before names do. Smaller is better.
struct PlanKey {
  int effort = 0;
  int public_rank = 0;  // 0: yes, 1: unknown, 2: no
  int distrust = 0;     // 4 - confidence
  int unseen_rank = 0;  // 0: an address is certainly there
  int kind = 0;
  int default_rank = 0;
  int owner_rank = 0;
  int status_rank = 0;
  int typed_rank = 0;  // 0: a port that Nova makes does

  auto tie() const {
    return std::tie(effort, public_rank, distrust, unseen_rank, kind, default_rank, owner_rank,
                    status_rank, typed_rank);
  }
};

struct Entry {
  NetworkPlan plan;
  PlanKey key;
  int pool_name_rank = 0;
  int port_name_rank = 0;
};

absl::string_view IdOf(const Network* network) {
  if (network == nullptr) return "";
  return network->id;
}
absl::string_view NameOfNetwork(const Network* network) {
  if (network == nullptr) return "";
  return network->name;
}

// Whether one machine certainly gets the addresses that the plan takes from ranges.
bool HasAddresses(const NetworkPlan& plan) {
  if (!plan.NeedsNetwork() && plan.kind != PlanKind::kNone && !plan.room.Holds(1)) return false;
  if (plan.TakesGateway()) return false;
  return !plan.UsesFloatingIp() || plan.unattached != nullptr;
}

PlanKey KeyOfPlan(const ShareCatalog& share, const RankedPlan& ranked) {
  const NetworkPlan& plan = ranked.plan;
  PlanKey key;
  key.effort = static_cast<int>(ranked.effort);
  key.public_rank = plan.public_v4 == Tristate::kYes ? 0 : (IsKnown(plan.public_v4) ? 2 : 1);
  key.distrust = static_cast<int>(Confidence::kVerified) - static_cast<int>(plan.confidence);
  key.unseen_rank = HasAddresses(plan) ? 0 : 1;
  key.kind = static_cast<int>(plan.kind);
  key.typed_rank = plan.port_owner.empty() ? 0 : 1;
  const Network* outside = plan.pool != nullptr ? plan.pool : plan.network;
  key.default_rank = outside != nullptr && outside->is_default.value_or(false) ? 0 : 1;
  if (plan.network != nullptr) {
    key.owner_rank = IsOwnNetwork(*plan.network, share.share) ? 0 : 1;
    key.status_rank = plan.network->status == "ACTIVE" ? 0 : 1;
  }
  return key;
}

Entry EntryOf(const ShareCatalog& share, RankedPlan ranked) {
  Entry entry;
  entry.key = KeyOfPlan(share, ranked);
  const NetworkPlan& plan = ranked.plan;
  if (plan.pool != nullptr) entry.pool_name_rank = PoolNameRank(*plan.pool);
  if (plan.network != nullptr) {
    entry.port_name_rank = plan.kind == PlanKind::kDirect
                               ? PoolNameRank(*plan.network)
                               : PortNameRank(*plan.network, share.share.vo);
  }
  entry.plan = std::move(ranked.plan);
  return entry;
}

// Compares what is not in the key; together they are a total order.
auto NamesOf(const Entry& entry) {
  static const std::string* const kNoId = new std::string;
  const NetworkPlan& plan = entry.plan;
  return std::make_tuple(
      entry.pool_name_rank, entry.port_name_rank, NameOfNetwork(plan.pool),
      NameOfNetwork(plan.network), IdOf(plan.pool), IdOf(plan.network), -plan.room.free.value_or(0),
      absl::string_view(plan.subnet == nullptr ? *kNoId : *plan.subnet),
      absl::string_view(plan.zone),
      absl::string_view(plan.router == nullptr ? *kNoId : plan.router->id),
      absl::string_view(plan.subnet_pool == nullptr ? *kNoId : plan.subnet_pool->id));
}

void MarkAmbiguous(const NetworkPlan& other, NetworkPlan* plan) {
  const Network* instead = other.pool != plan->pool ? other.pool : other.network;
  if (instead == nullptr || instead == plan->network || instead == plan->pool) return;
  plan->ambiguous = true;
  if (std::find(plan->alternatives.begin(), plan->alternatives.end(), instead) ==
      plan->alternatives.end()) {
    plan->alternatives.push_back(instead);
  }
}

}  // namespace

std::vector<NetworkPlan> SortPlans(const ShareCatalog& share, std::vector<RankedPlan> plans) {
  std::vector<Entry> entries;
  entries.reserve(plans.size());
  for (RankedPlan& plan : plans) entries.push_back(EntryOf(share, std::move(plan)));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.key.tie() != b.key.tie()) return a.key.tie() < b.key.tie();
    return NamesOf(a) < NamesOf(b);
  });
  for (Entry& entry : entries) {
    for (const Entry& other : entries) {
      if (&entry != &other && entry.key.tie() == other.key.tie()) {
        MarkAmbiguous(other.plan, &entry.plan);
      }
    }
    NetworkPlan& plan = entry.plan;
    if (plan.ambiguous && !IsKnown(plan.public_v4)) {
      plan.confidence = std::min(plan.confidence, Confidence::kGuess);
    }
  }
  std::vector<NetworkPlan> out;
  out.reserve(entries.size());
  for (Entry& entry : entries) out.push_back(std::move(entry.plan));
  return out;
}

}  // namespace cis::server
