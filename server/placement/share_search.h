#pragma once

// The search of shares, one after the other: what fits there, or every reason why nothing does.

#include <optional>
#include <vector>

#include "server/placement/candidates.h"
#include "server/placement/placement.h"
#include "server/placement/placement_list.h"
#include "server/placement/search_context.h"
#include "server/placement/share_standing.h"

namespace cis {

// Searches for one request. Fastest if shares come in the order of the index. Not for several
// threads at a time.
class ShareSearch {
 public:
  // `context` must outlive the search. With `explains`, verdicts have reasons.
  explicit ShareSearch(const SearchContext& context, bool explains = true)
      : context_(context), explains_(explains), candidates_(context) {}

  // Adds the share's placements to `placements` and returns its verdict, without details.
  ShareVerdict Find(const IndexedShare& share, PlacementList* placements);
  // Returns what nearly fits at the share.
  ShareDetails Details(const IndexedShare& share);
  // The reason that blocks the share, as Find has it; nothing if it has a placement.
  std::optional<Reason> WhyNot(const IndexedShare& share);
  // Whether the share has a placement, looking only at what the parts `changed` of the request have
  // a say in: for a share of which Find, for the request without the change, gave no reasons but
  // such as `changed` may answer. With all parts the same answer as Find, without reasons.
  bool Fits(const IndexedShare& share, Fields changed);

  // What alone keeps some flavor or some image out of the shares that Find refused; for
  // relaxations.
  const NearMisses& near_misses() const { return near_misses_; }

 private:
  struct Pair {
    const Flavor* flavor = nullptr;
    const SelectedImage* image = nullptr;
    PairFit fit;
    const VolumeType* volume_type = nullptr;  // as ChooseVolumeType
    bool quota_unknown = false;
    std::optional<Reason> quota;
  };
  struct Plan {
    const NetworkPlan* plan = nullptr;
    bool quota_unknown = false;
    std::optional<Reason> refused;  // by a quota, or for want of addresses
  };

  const PlacementQuery& query() const { return *context_.query; }
  // Whether the request may still compare so many pairs of a flavor and an image, or make so many
  // placements of them.
  bool MayCompare(size_t pairs) const {
    return context_.work->Spend(kStepsPerPair * static_cast<int64_t>(pairs));
  }
  void Select(const IndexedShare& share);
  Pair CheckOne(const Flavor& flavor, const SelectedImage& image) const;
  int DoubtOf(const Flavor& flavor, const SelectedImage& image) const;
  bool FindPairOf(int doubt, Pair* found, int* next) const;
  bool FindPair(Pair* found) const;
  Plan CheckPlan(const NetworkPlan& plan) const;
  bool FindPlanOf(const std::vector<const NetworkPlan*>& plans, Plan* found) const;
  std::optional<Reason> PairQuota() const;
  std::optional<Reason> PlanRefusal() const;
  std::vector<Reason> Explain(std::vector<Reason> standing);
  Stage BlockedAt(const std::vector<Reason>& standing);
  void AddNearMisses(const std::vector<Reason>& reasons);
  Placement MakePlacement(const Pair& pair, const Plan& plan, bool wants_passed_over) const;
  void AddAll(PlacementList* placements) const;
  Unknowns UnknownsOf(const Pair& pair, const Plan& plan) const;

  const SearchContext& context_;
  const bool explains_;
  Candidates candidates_;
  const IndexedShare* share_ = nullptr;  // that is being searched
  DataAge age_;
  std::vector<const NetworkPlan*> plans_;
  std::vector<const NetworkPlan*> assumed_;  // that nothing but an assumption speaks for
  NearMisses near_misses_;
};

}  // namespace cis
