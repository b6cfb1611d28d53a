// SPDX-License-Identifier: Apache-2.0
#pragma once

// The search of shares, one after the other: it finds what fits there, or every reason why nothing
// does.

#include <optional>
#include <vector>

#include "server/placement/candidates.h"
#include "server/placement/placement.h"
#include "server/placement/placement_list.h"
#include "server/placement/search_context.h"
#include "server/placement/share_standing.h"

namespace cis::server {

// Searches for one request. Fastest if shares come in the order of the index. Not thread-safe.
class ShareSearch {
 public:
  // `context` must outlive the search. With `explains`, verdicts have reasons.
  explicit ShareSearch(const SearchContext& context, bool explains = true)
      : context_(context), explains_(explains), candidates_(context) {}

  // Which of a share's placements to return.
  enum class Wanted {
    kAll = 0,  // one that rests on an assumption only if there is no other
    kCertain,  // none that rests on an assumption
    kAssumed,  // only one that does
  };

  // Adds the share's placements to `placements` and returns its verdict, without details.
  ShareVerdict Find(const IndexedShare& share, PlacementList* placements,
                    Wanted wanted = Wanted::kAll);
  // Returns what nearly fits at the share.
  ShareDetails Details(const IndexedShare& share);
  // Returns whether the share has a placement, checking only what depends on the fields `changed`:
  // for a share for which Find, with the request before the change, gave only reasons that a change
  // of `changed` may remove. With all fields the same answer as Find, without reasons.
  bool Fits(const IndexedShare& share, Fields changed);

  // The checks that alone exclude some flavor or image from the shares that Find rejected; for
  // relaxations.
  const NearMisses& near_misses() const { return near_misses_; }

  // ------------------------------------------------- for machines that run with others
  // (group_search) A flavor with an image.
  struct Pair {
    const Flavor* flavor = nullptr;
    const SelectedImage* image = nullptr;
    PairFit fit;
    const VolumeType* volume_type = nullptr;  // as ChooseVolumeType
    bool quota_unknown = false;
    std::optional<Reason> quota;
  };
  // A network plan with what its use depends on.
  struct Plan {
    const NetworkPlan* plan = nullptr;
    bool quota_unknown = false;
    std::optional<Reason> refused;                 // by a quota, or for want of addresses
    Confidence confidence = Confidence::kUnknown;  // of MakePlacement
    std::vector<const NetworkPlan*> fallbacks;     // likewise
  };
  // A pair whose volumes are of one type, and what its machines take.
  struct Choice {
    Pair pair;
    QuotaNeeds needs{};
    bool is_of_any_type = false;  // every volume type must allow them
  };

  // Selects the share that the functions below are about.
  void Select(const IndexedShare& share);
  // Returns the first pair in the order of Find, checking its own quotas only; nothing if there is
  // none.
  std::optional<Choice> FirstChoice();
  // Returns the pairs that fit if quotas are ignored, in the order of Find, without those that need
  // as much as an earlier pair of everything that a quota counts.
  std::vector<Choice> Choices();
  // Returns what the machines need at least, with any flavor and image.
  QuotaNeeds LeastNeeds() const;
  // Why the last call of Choices found none although a pair fits: a zone, or the size of a volume.
  const std::optional<Reason>& choice_refused() const { return choice_refused_; }
  // The plans that satisfy the request if quotas and addresses are ignored, best first; those that
  // rest on an assumption are in a separate list.
  const std::vector<const NetworkPlan*>& plans() const { return plans_; }
  const std::vector<const NetworkPlan*>& assumed_plans() const { return assumed_; }
  // Returns why no pair fits or no plan satisfies the request, even if quotas and addresses are
  // ignored.
  std::vector<Reason> WhyNothingFits();
  // Remembers near misses if they may remove the reasons, which are all that exclude the share.
  void AddNearMisses(const std::vector<Reason>& reasons);
  Placement MakePlacement(const Pair& pair, Plan plan, bool wants_passed_over) const;

 private:
  const PlacementQuery& query() const { return *context_.query; }
  // Returns whether the request may still compare this many pairs of a flavor and an image.
  bool MayCompare(size_t pairs) const {
    return context_.work->Spend(kStepsPerPair * static_cast<int64_t>(pairs));
  }
  // Returns whether the request may still make this many placements.
  bool MayMake(size_t placements) const {
    return context_.work->Spend(kStepsPerPlacement * static_cast<int64_t>(placements));
  }
  Pair CheckOne(const Flavor& flavor, const SelectedImage& image) const;
  int DoubtOf(const Flavor& flavor, const SelectedImage& image) const;
  // Calls visit(flavor, image) for the pairs in the order in which they are tried: pairs that are
  // only assumed to satisfy the request (DoubtOf) after known ones, images of a later tier after
  // those of earlier tiers, larger flavors after smaller ones. Skips flavors for which
  // enters(flavor) is false. Ends when the request's work is used up.
  enum class Walk { kOn, kNextFlavor, kEnd };
  template <typename Enters, typename Visit>
  void WalkPairs(Enters enters, Visit visit) const;
  // Finds the first pair that fits and that quotas and zones allow; returns false if there is none.
  bool FindPair(Pair* found) const;
  Plan CheckPlan(const NetworkPlan& plan) const;
  bool FindPlanOf(const std::vector<const NetworkPlan*>& plans, Plan* found) const;
  std::optional<Reason> PairQuota() const;
  std::optional<Reason> PlanRefusal() const;
  // Appends the choices of a pair, if it fits, that `out` does not cover yet. Returns why its
  // volumes cannot be created, if that is so.
  std::optional<Reason> AddChoices(const Flavor& flavor, const SelectedImage& image,
                                   std::vector<Choice>* out) const;
  Plan Settled(Plan plan) const;
  std::vector<Reason> Explain(std::vector<Reason> standing);
  Stage BlockedAt(const std::vector<Reason>& standing);
  void AddAll(PlacementList* placements) const;
  Unknowns UnknownsOf(const Pair& pair, const Plan& plan) const;

  const SearchContext& context_;
  const bool explains_;
  Candidates candidates_;
  const IndexedShare* share_ = nullptr;  // the share that is being searched
  DataAge age_;
  std::vector<const NetworkPlan*> plans_;
  std::vector<const NetworkPlan*> assumed_;  // supported by nothing but an assumption
  NearMisses near_misses_;
  std::optional<Reason> choice_refused_;  // what the last call of Choices left out
};

}  // namespace cis::server
