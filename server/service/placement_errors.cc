// SPDX-License-Identifier: Apache-2.0
#include "server/service/placement_errors.h"

#include "absl/strings/str_cat.h"
#include "server/service/errors.h"

namespace cis::server {

std::string QueryField(absl::string_view field) { return absl::StrCat("query.", field); }

absl::Status MissingVoError() {
  return InvalidFieldError("MISSING_VO", QueryField("vos"),
                           "vos is empty; name at least one VO, for example vo.access.egi.eu", {});
}

absl::Status NegativeBoundError(absl::string_view field, int64_t value) {
  return InvalidFieldError("INVALID_RANGE", QueryField(field),
                           absl::StrCat(field, " is ", value, "; it must be 0 or more"),
                           {{"value", absl::StrCat(value)}});
}

absl::Status EmptyRangeError(absl::string_view field, int64_t min, int64_t max) {
  return InvalidFieldError("INVALID_RANGE", QueryField(field),
                           absl::StrCat(field, " is from ", min, " to ", max,
                                        "; the minimum must not be above the maximum"),
                           {{"min", absl::StrCat(min)}, {"max", absl::StrCat(max)}});
}

absl::Status InvalidCountError(absl::string_view field, int64_t count, int64_t max_count) {
  return InvalidFieldError(
      "INVALID_COUNT", QueryField(field),
      absl::StrCat(field, " is ", count, "; it must be from 1 to ", max_count, ", or 0 for 1"),
      {{"value", absl::StrCat(count)}, {"max", absl::StrCat(max_count)}});
}

absl::Status InvalidOsError(absl::string_view field, const absl::Status& parse_error) {
  return InvalidFieldError("INVALID_OS_REQUIREMENT", QueryField(field),
                           absl::StrCat(field, ": ", parse_error.message()), {});
}

absl::Status ConflictingMachinesError(absl::string_view field, absl::string_view other) {
  return InvalidFieldError("CONFLICTING_MACHINES", QueryField(field),
                           absl::StrCat(field, " is set together with ", other,
                                        "; set one of them: a query has one kind of machine, or "
                                        "alternatives, or groups"),
                           {{"other", std::string(other)}});
}

absl::Status InvalidMachineNameError(absl::string_view field, absl::string_view name, bool is_taken,
                                     size_t max_bytes) {
  return InvalidFieldError(
      "INVALID_MACHINE_NAME", QueryField(field),
      is_taken
          ? absl::StrCat(field, " is \"", name.substr(0, max_bytes),
                         "\", a name that an earlier one has; use different names")
          : absl::StrCat(field, " has ", name.size(), " bytes; it must have at most ", max_bytes),
      {{"max", absl::StrCat(max_bytes)}});
}

absl::Status CombinationsOfGroupsError() {
  return InvalidFieldError(
      "COMBINATIONS_OF_GROUPS", "all_combinations",
      "all_combinations is set, but groups have too many combinations; leave it out "
      "to get the best placement of each share",
      {});
}

absl::Status InvalidCountryError(absl::string_view field, absl::string_view text) {
  return InvalidFieldError(
      "INVALID_COUNTRY", QueryField(field),
      absl::StrCat(field, " contains \"", text.substr(0, 100),
                   "\"; write ISO 3166-1 codes of two letters, for example ES"),
      {{"value", std::string(text)}});
}

absl::Status UnknownEnumValueError(absl::string_view field, int64_t value, absl::string_view type) {
  return InvalidFieldError("UNKNOWN_ENUM_VALUE", QueryField(field),
                           absl::StrCat(field, " is ", value, ", which is not a value of ", type,
                                        " that this server knows"),
                           {{"value", absl::StrCat(value)}, {"type", std::string(type)}});
}

absl::Status InvalidWeightError(double value, double max_value) {
  return InvalidFieldError("INVALID_WEIGHT", QueryField("weights"),
                           absl::StrCat("weights contains ", value, "; each must be from 0 to ",
                                        max_value, ", and at least one above 0"),
                           {{"value", absl::StrCat(value)}});
}

absl::Status InvalidMaxAgeError(absl::string_view shown) {
  return InvalidFieldError("INVALID_MAX_AGE", QueryField("max_age"),
                           absl::StrCat("max_age is ", shown,
                                        "; it must be above zero, for example 86400s; leave it out "
                                        "for no bound"),
                           {{"value", std::string(shown)}});
}

absl::Status InvalidPlacementNameError(absl::string_view text) {
  return InvalidFieldError(
      "INVALID_PLACEMENT_NAME", "name",
      absl::StrCat("name is \"", text.substr(0, 100),
                   "\"; it must be the name of a placement as this service returned it, unchanged"),
      {});
}

absl::Status QueryTooBroadError() {
  return UserError(
      absl::StatusCode::kResourceExhausted, "QUERY_TOO_BROAD",
      "the query would take more work than one request may cost; name fewer VOs or groups, or "
      "name sites, flavors or images, or leave out all_combinations",
      {});
}

absl::Status CallCancelledError() {
  return UserError(absl::StatusCode::kCancelled, "CALL_CANCELLED",
                   "the call was cancelled, or its deadline has passed", {});
}

absl::Status InvalidPlacementOrderError(absl::string_view text, absl::string_view keys) {
  return InvalidFieldError(
      "INVALID_ORDER_BY", "order_by",
      absl::StrCat("order_by is \"", text.substr(0, 100), "\"; it must be empty or one of ", keys,
                   ", each with an optional \" desc\""),
      {{"value", std::string(text)}});
}

}  // namespace cis::server
