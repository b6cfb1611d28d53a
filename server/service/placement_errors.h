#pragma once

// Errors of FindPlacements that errors.h does not have. Their reasons are in server/README.md.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis {

// MISSING_VO + BadRequest.
absl::Status MissingVoError();

// INVALID_RANGE + BadRequest: a bound is negative, or the least is above the greatest.
absl::Status NegativeBoundError(absl::string_view field, int64_t value);
absl::Status EmptyRangeError(absl::string_view field, int64_t min, int64_t max);

// INVALID_COUNT + BadRequest.
absl::Status InvalidCountError(int64_t count, int64_t max_count);

// INVALID_OS_REQUIREMENT + BadRequest, from what ParseOsRequirement said.
absl::Status InvalidOsError(absl::string_view text, const absl::Status& parse_error);

// INVALID_COUNTRY + BadRequest.
absl::Status InvalidCountryError(absl::string_view text);

// UNKNOWN_WORD: a field that takes a few words only holds another; `words` names them.
absl::Status UnknownWordError(absl::string_view field, absl::string_view text,
                              absl::string_view words);

// INVALID_WEIGHT: a weight of the score is out of bounds, or all are 0.
absl::Status InvalidWeightError(double value, double max_value);

// INVALID_MAX_AGE + BadRequest.
absl::Status InvalidMaxAgeError(absl::string_view shown);

// INVALID_ADDRESS_WISH + BadRequest.
absl::Status InvalidAddressWishError(absl::string_view field, int64_t value);

// INVALID_ORDER_BY + BadRequest. `keys` are those that there are.
absl::Status InvalidPlacementOrderError(absl::string_view text, absl::string_view keys);

}  // namespace cis
