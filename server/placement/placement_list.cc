// SPDX-License-Identifier: Apache-2.0
#include "server/placement/placement_list.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "schema/base/check.h"

namespace cis::server {
namespace {

// The numbers that decide between placements of different shares in the default order: shares are
// in the index in the order that the rest of PlacementKey gives them.
struct QuickKey {
  PlacementRank rank;
  const IndexedShare* share = nullptr;
  size_t position = 0;
};

// Returns the positions of the placements in order. The same order as by IsBefore, without its
// texts where numbers decide.
std::vector<size_t> DefaultOrder(const PlacementQuery& query,
                                 const std::vector<Placement>& placements) {
  std::vector<QuickKey> keys;
  keys.reserve(placements.size());
  for (const Placement& placement : placements) {
    keys.push_back({RankOf(placement), placement.share, keys.size()});
  }
  std::sort(keys.begin(), keys.end(), [&](const QuickKey& a, const QuickKey& b) {
    if (const int rank = CompareRanks(a.rank, b.rank); rank != 0) return rank < 0;
    if (a.share != b.share) return a.share < b.share;
    return a.position != b.position && IsBefore(KeyOf(placements[a.position], query),
                                                KeyOf(placements[b.position], query), query);
  });
  std::vector<size_t> order;
  order.reserve(keys.size());
  for (const QuickKey& key : keys) order.push_back(key.position);
  return order;
}

std::vector<size_t> OrderByKeys(const PlacementQuery& query,
                                const std::vector<Placement>& placements) {
  std::vector<PlacementKey> keys;
  keys.reserve(placements.size());
  for (const Placement& placement : placements) keys.push_back(KeyOf(placement, query));
  std::vector<size_t> order(placements.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return IsBefore(keys[a], keys[b], query); });
  return order;
}

bool IsDefaultOrder(const PlacementQuery& query) {
  return query.order == PlacementOrder::kDefault && !query.descending;
}

void SortPlacements(const PlacementQuery& query, std::vector<Placement>* placements) {
  const std::vector<size_t> order =
      IsDefaultOrder(query) ? DefaultOrder(query, *placements) : OrderByKeys(query, *placements);
  std::vector<Placement> sorted;
  sorted.reserve(placements->size());
  for (const size_t position : order) sorted.push_back((*placements)[position]);
  *placements = std::move(sorted);
}

}  // namespace

PlacementList::PlacementList(const PlacementQuery& query, std::optional<PlacementKey> after,
                             size_t limit)
    : query_(query), after_(after), limit_(limit) {}

void PlacementList::Add(Placement placement) {
  ++total_;
  placement.alternative = alternative_;
  if (after_ && !IsBefore(*after_, KeyOf(placement, query_), query_)) return;
  ++behind_;
  if (IsBeyond(placement)) return;
  kept_.push_back(std::move(placement));
  if (kept_.size() / 2 > limit_) Prune();
}

bool PlacementList::IsBeyond(const Placement& placement) const {
  if (!bound_) return false;
  if (IsDefaultOrder(query_)) {
    // As in DefaultOrder: texts decide only within a share.
    const int rank = CompareRanks(RankOf(placement), bound_->key.rank);
    if (rank != 0) return rank > 0;
    if (placement.share != bound_->share) return placement.share > bound_->share;
  }
  return !IsBefore(KeyOf(placement, query_), bound_->key, query_);
}

std::vector<Placement> PlacementList::Take() {
  Prune();
  CIS_CHECK(kept_.size() <= behind_ && static_cast<int64_t>(behind_) <= total_,
            "what is kept was counted");
  return std::exchange(kept_, {});
}

void PlacementList::Prune() {
  SortPlacements(query_, &kept_);
  if (kept_.size() > limit_) {
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(limit_), kept_.end());
  }
  if (limit_ > 0 && kept_.size() == limit_) {
    bound_ = Bound{KeyOf(kept_.back(), query_), kept_.back().share};
  }
}

}  // namespace cis::server
