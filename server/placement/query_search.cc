// SPDX-License-Identifier: Apache-2.0
#include "server/placement/query_search.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "schema/base/check.h"
#include "server/placement/share_standing.h"

namespace cis::server {
namespace {

// Whether the reason's subject is the same for all alternatives.
bool IsOfShare(const Reason& reason) { return StageOf(reason.code) < Stage::kFlavor; }

}  // namespace

QuerySearch::QuerySearch(const SearchContext& context, bool explains)
    : context_(context), explains_(explains) {
  const size_t count = context.query->parts().size();
  if (count == 0) parts_.push_back(std::make_unique<PartSearch>(context, explains));
  for (size_t i = 0; i < count; ++i) {
    parts_.push_back(std::make_unique<PartSearch>(context, i, explains));
  }
  if (!context.query->groups.empty()) groups_.emplace(context, &parts_);
}

ShareVerdict QuerySearch::Find(const IndexedShare& share, PlacementList* placements) {
  if (groups_) return FindGroups(share, placements);
  if (parts_.front()->bit() != 0) return FindAlternative(share, placements);
  return parts_.front()->search().Find(share, placements);
}

ShareVerdict QuerySearch::FindAlternative(const IndexedShare& share, PlacementList* placements) {
  std::vector<ShareVerdict> verdicts;
  const auto find = [&](size_t i, ShareSearch::Wanted wanted) {
    placements->set_alternative(i);
    return parts_[i]->search().Find(share, placements, wanted);
  };
  for (size_t i = 0; i < parts_.size(); ++i) {
    verdicts.push_back(find(i, ShareSearch::Wanted::kCertain));
    if (verdicts.back().fits) return std::move(verdicts.back());
  }
  // Try a placement that rests on an assumption, if there is one.
  const int64_t before = placements->total();
  for (size_t i = 0; i < parts_.size() && placements->total() == before; ++i) {
    verdicts[i].unknowns |= find(i, ShareSearch::Wanted::kAssumed).unknowns;
  }
  CIS_CHECK(verdicts.size() == parts_.size(), "each alternative has its verdict");
  const auto furthest = std::max_element(
      verdicts.begin(), verdicts.end(),
      [](const ShareVerdict& a, const ShareVerdict& b) { return a.blocked_at < b.blocked_at; });
  ShareVerdict out = *furthest;
  out.reasons.clear();
  const auto add = [&](const ShareVerdict& verdict, bool of_share) {
    const uint16_t bit = parts_[static_cast<size_t>(&verdict - verdicts.data())]->bit();
    for (const Reason& reason : verdict.reasons) {
      if (IsOfShare(reason) != of_share) continue;
      out.reasons.push_back(reason);
      if (!of_share) out.reasons.back().parts = bit;
    }
  };
  add(*furthest, true);
  add(*furthest, false);
  for (const ShareVerdict& verdict : verdicts) {
    out.unknowns |= verdict.unknowns;
    if (&verdict != &*furthest) add(verdict, false);
  }
  return out;
}

ShareVerdict QuerySearch::FindGroups(const IndexedShare& share, PlacementList* placements) {
  ShareVerdict verdict;
  verdict.share = &share;
  const DataAge age = AgeOf(share, context_);
  verdict.data_state = age.state;
  verdict.observe_time = age.observe_time;
  std::vector<Reason> standing = CheckStanding(share, age, context_);
  if (standing.empty()) {
    if (std::optional<Placement> placement = groups_->Find(share, &verdict.fits)) {
      verdict.unknowns = placement->unknowns;
      placements->Add(*std::move(placement));
    }
  }
  if (verdict.fits) return verdict;
  verdict.unknowns |= UnknownsOfShare(share);
  // If the share itself is excluded, its other obstacles are not searched for.
  if (!explains_ && !standing.empty()) {
    verdict.blocked_at = StageOf(standing.front().code);
    return verdict;
  }
  std::vector<Reason> reasons = groups_->Explain(share, std::move(standing));
  // There is always one, unless the request has no work left.
  if (!reasons.empty()) verdict.blocked_at = StageOf(reasons.front().code);
  if (explains_) verdict.reasons = std::move(reasons);
  return verdict;
}

ShareDetails QuerySearch::Details(const IndexedShare& share) {
  ShareDetails out;
  const auto append = [this](std::vector<Reason> from, const PartSearch& part, size_t most,
                             std::vector<Reason>* to) {
    part.Mark(&from);
    // Each part gets its number of places.
    from.resize(std::min(from.size(), std::max<size_t>(1, most / parts_.size())));
    to->insert(to->end(), from.begin(), from.end());
  };
  for (const auto& part : parts_) {
    ShareDetails details = part->search().Details(share);
    append(std::move(details.refused_pairs), *part, kMaxRefusedPairs, &out.refused_pairs);
    append(std::move(details.near_misses), *part, kMaxNearMisses, &out.near_misses);
  }
  return out;
}

std::optional<Reason> QuerySearch::WhyNot(const IndexedShare& share) {
  PlacementList unused(*context_.query, std::nullopt, 1);
  const ShareVerdict verdict = Find(share, &unused);
  if (verdict.reasons.empty()) return std::nullopt;
  return verdict.reasons.front();
}

bool QuerySearch::Fits(const IndexedShare& share, size_t part, Fields changed) {
  CIS_CHECK(part == kWhole || part < parts_.size(), "a part is of the query");
  if (!groups_ && part != kWhole) return parts_[part]->search().Fits(share, changed);
  if (!groups_) {
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const auto& one) { return one->search().Fits(share, ~Fields{0}); });
  }
  return CheckStanding(share, AgeOf(share, context_), context_).empty() && groups_->Fits(share);
}

}  // namespace cis::server
