// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors of queries for placements that errors.h does not have. Their reasons are in
// server/README.md.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::server {

// Returns the path in a request of a field of its query: "query.count" for "count". The functions
// below take fields of the query.
std::string QueryField(absl::string_view field);

// MISSING_VO + BadRequest.
absl::Status MissingVoError();

// INVALID_RANGE + BadRequest: a bound is negative, or the lower bound is above the upper bound.
absl::Status NegativeBoundError(absl::string_view field, int64_t value);
absl::Status EmptyRangeError(absl::string_view field, int64_t min, int64_t max);

// INVALID_COUNT + BadRequest.
absl::Status InvalidCountError(absl::string_view field, int64_t count, int64_t max_count);

// INVALID_OS_REQUIREMENT + BadRequest, from the error of MakeOsRequirement.
absl::Status InvalidOsError(absl::string_view field, const absl::Status& parse_error);

// CONFLICTING_MACHINES + BadRequest: `field` is set together with `other`, which it replaces.
absl::Status ConflictingMachinesError(absl::string_view field, absl::string_view other);

// INVALID_MACHINE_NAME + BadRequest: the name of a group or an alternative is used twice, or it is
// longer than `max_bytes`.
absl::Status InvalidMachineNameError(absl::string_view field, absl::string_view name, bool is_taken,
                                     size_t max_bytes);

// COMBINATIONS_OF_GROUPS + BadRequest: all combinations were requested together with groups.
absl::Status CombinationsOfGroupsError();

// INVALID_COUNTRY + BadRequest.
absl::Status InvalidCountryError(absl::string_view field, absl::string_view text);

// UNKNOWN_ENUM_VALUE + BadRequest: `type` has no value of this number.
absl::Status UnknownEnumValueError(absl::string_view field, int64_t value, absl::string_view type);

// INVALID_WEIGHT: a weight of the score is out of bounds, or all are 0.
absl::Status InvalidWeightError(double value, double max_value);

// INVALID_MAX_AGE + BadRequest.
absl::Status InvalidMaxAgeError(absl::string_view shown);

// INVALID_PLACEMENT_NAME + BadRequest.
absl::Status InvalidPlacementNameError(absl::string_view text);

// RESOURCE_EXHAUSTED, QUERY_TOO_BROAD: answering would take more work than one request may cost.
absl::Status QueryTooBroadError();

// CANCELLED, CALL_CANCELLED: the client does not wait for the answer any more.
absl::Status CallCancelledError();

// INVALID_ORDER_BY + BadRequest. `keys` are those that exist.
absl::Status InvalidPlacementOrderError(absl::string_view text, absl::string_view keys);

}  // namespace cis::server
