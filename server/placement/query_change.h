#pragma once

// Single changes to a request that may answer a reason.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis {

// One change. Several fields change together where one of them makes no sense without the others.
struct QueryChange {
  std::vector<std::string> fields;  // paths in the request: "machine.ram_mib.min"
  std::string target;  // of two changes with the same one, the later replaces the other
  std::string key;     // of two changes of the same fields, the same = the same change
  int64_t size = 0;    // smaller changes are preferred
  std::function<void(PlacementQuery*)> apply;
};

// Returns the changes that answer a reason; empty if none does. A bound is changed to what the
// reason has as the best value.
std::vector<QueryChange> ChangesFor(const Reason& reason, const PlacementQuery& query);

// Returns the change of a bound to `value`.
QueryChange SetBound(FlavorCheck check, int64_t value, const PlacementQuery& query);

// Returns the change of the number of machines to `count`.
QueryChange SetCount(int64_t count, const PlacementQuery& query);

// Returns whether the change of one part can only be made of the whole query: alternatives have no
// network of their own.
bool IsOfAllAlternatives(const QueryChange& change, const PlacementQuery& query);

// Returns the target of a change of one part: of its fields, separated by commas.
std::string TargetOf(size_t part, absl::string_view fields);

// Returns a change of the query for one part (QueryOfPart) as a change of the whole `query`, of
// which `part` is the number of the group or alternative.
QueryChange OfPart(QueryChange change, const PlacementQuery& query, size_t part);

// Returns the bound that a change to the value of the reason's best answers, for reasons that
// compare with one; otherwise nothing.
std::optional<FlavorCheck> BoundOf(ReasonCode code);

}  // namespace cis
