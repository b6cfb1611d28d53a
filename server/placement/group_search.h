// SPDX-License-Identifier: Apache-2.0
#pragma once

// The search for groups of machines that run together at one share: each group fits by itself, and
// quotas, networks and addresses suffice for all of them.

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "server/placement/joint_plan.h"
#include "server/placement/part_search.h"
#include "server/placement/placement.h"

namespace cis::server {

// Searches one share after the other. Not thread-safe.
class GroupSearch {
 public:
  // Whether a network plan may be used for the group with that number.
  using PlanFilter = std::function<bool(size_t group, const NetworkPlan& plan)>;

  // Searches for the query of `context`, which has groups; `parts` has the search of each group.
  // Both must outlive this object. Without a filter, all plans may be used.
  GroupSearch(const SearchContext& context, PartSearches* parts, PlanFilter may_use = nullptr)
      : context_(context), parts_(*parts), may_use_(std::move(may_use)) {}

  // Returns the share's placement; nothing if there is none. `fits` is set if the placement does
  // not rest on an assumption.
  std::optional<Placement> Find(const IndexedShare& share, bool* fits);
  // Returns why the query does not fit, in the order of the stages, `standing` first.
  std::vector<Reason> Explain(const IndexedShare& share, std::vector<Reason> standing);
  // Returns whether Find would find a placement that does not rest on an assumption.
  bool Fits(const IndexedShare& share);

 private:
  using Choice = ShareSearch::Choice;

  void Select(const IndexedShare& share);
  std::vector<GroupPlans> PlansOfGroups(bool with_assumed) const;
  std::optional<std::vector<Choice>> ChooseMachines(const IndexedShare& share);
  std::optional<Reason> WhyNoMachines(const IndexedShare& share);
  Placement MakePlacement(const IndexedShare& share, const std::vector<Choice>& machines,
                          const std::vector<GroupPlan>& plans);
  void AddNearMisses(const std::vector<Reason>& reasons);

  const SearchContext& context_;
  PartSearches& parts_;
  const PlanFilter may_use_;
};

}  // namespace cis::server
