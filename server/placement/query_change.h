// SPDX-License-Identifier: Apache-2.0
#pragma once

// Single changes to a request that may remove a reason.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis::server {

// One change. Several fields change together if one of them makes no sense without the others.
struct QueryChange {
  std::vector<std::string> fields;  // paths in the request: "machine.ram_mib.min"
  std::string target;  // of two changes with the same target, the later replaces the other
  std::string key;     // two changes of the same fields with the same key are the same change
  int64_t size = 0;    // smaller changes are preferred
  std::function<void(PlacementQuery*)> apply;
};

// Returns the changes that may remove a reason; empty if there are none. A bound is changed to the
// best value in the reason.
std::vector<QueryChange> ChangesFor(const Reason& reason, const PlacementQuery& query);

// Returns the change of a bound to `value`.
QueryChange SetBound(FlavorCheck check, int64_t value, const PlacementQuery& query);

// Returns the change of the number of machines to `count`.
QueryChange SetCount(int64_t count, const PlacementQuery& query);

// Returns whether the change of one part can only be made for the whole query: alternatives have no
// network requirements of their own.
bool IsOfAllAlternatives(const QueryChange& change, const PlacementQuery& query);

// Returns the target of a change of one part: of its fields, separated by commas.
std::string TargetOf(size_t part, absl::string_view fields);

// Converts a change of the query for one part (QueryOfPart) into a change of the whole `query`;
// `part` is the number of the group or alternative.
QueryChange OfPart(QueryChange change, const PlacementQuery& query, size_t part);

// Returns the bound that is changed to the reason's best value, for reasons that compare with a
// bound; otherwise nothing.
std::optional<FlavorCheck> BoundOf(ReasonCode code);

}  // namespace cis::server
