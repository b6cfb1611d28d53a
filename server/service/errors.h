// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every error that a user can see, with its sentence and its details. A handler never writes a
// sentence: it returns one of these errors. Each carries google.rpc.ErrorInfo (domain `cis.egi.eu`,
// a reason that is never renamed or reused, and in `metadata` every variable part of the sentence)
// and the details that its comment names. The reasons are listed in server/README.md.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace google::rpc {
class Status;
}  // namespace google::rpc

namespace cis::server {

// Value of ErrorInfo.domain.
inline constexpr absl::string_view kErrorDomain = "cis.egi.eu";

// Variable parts of an error's sentence, as ErrorInfo.metadata.
using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// Returns an error with any code and `reason`, for errors without a function of their own below.
// Use it only from this file and its neighbours (history_errors.h).
absl::Status UserError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       const ErrorMetadata& metadata);

// The same with a hint when to retry: RetryInfo.
absl::Status RetryableError(absl::StatusCode code, absl::string_view reason,
                            absl::string_view message, const ErrorMetadata& metadata,
                            absl::Duration delay = absl::Seconds(2));

// Returns INVALID_ARGUMENT with `reason`, for errors of one field without a function of their own
// below. BadRequest names `field`. Use it only from this file and its neighbours
// (placement_errors.h).
absl::Status InvalidFieldError(absl::string_view reason, absl::string_view field,
                               absl::string_view message, const ErrorMetadata& metadata);

// INVALID_RESOURCE_NAME + BadRequest. `form` is e.g. `sites/{site}/flavors/{flavor}`.
absl::Status InvalidNameError(absl::string_view field, absl::string_view text,
                              absl::string_view form);

// NOT_FOUND + ResourceInfo. `collection` is the last one, e.g. "flavors" (FLAVOR_NOT_FOUND);
// `nearest` are similar names that exist, best first.
absl::Status ResourceNotFoundError(absl::string_view collection, absl::string_view name,
                                   absl::Span<const std::string> nearest);

// INVALID_FILTER, INVALID_ORDER_BY + BadRequest, from the errors of ParseFilter and ParseOrderBy.
absl::Status InvalidFilterError(const absl::Status& parse_error);
absl::Status InvalidOrderByError(const absl::Status& parse_error);

// NEGATIVE_PAGE_SIZE + BadRequest.
absl::Status NegativePageSizeError(int64_t page_size);

// INVALID_PAGE_TOKEN or PAGE_TOKEN_MISMATCH + BadRequest, from the errors of ParsePageToken.
absl::Status PageTokenError(const absl::Status& parse_error);

// UNKNOWN_MASK_PATH + BadRequest.
absl::Status UnknownMaskPathError(absl::string_view path, absl::string_view message_type,
                                  absl::Span<const std::string> nearest);

// REQUEST_TOO_LARGE + BadRequest: `field` has `value`, and at most `limit` `unit` are allowed.
absl::Status RequestTooLargeError(absl::string_view field, int64_t value, int64_t limit,
                                  absl::string_view unit);

// UNAVAILABLE, SNAPSHOT_NOT_READY + RetryInfo.
absl::Status SnapshotNotReadyError();

// INTERNAL, INTERNAL. Does not say what happened: that is logged under the same `event_id`.
absl::Status InternalError(absl::string_view event_id);

// Returns whether the status was made by this file (it has an ErrorInfo).
bool IsUserError(const absl::Status& status);

// Returns the reason in the ErrorInfo; empty if there is none.
std::string ErrorReason(const absl::Status& status);

// Returns the form that is sent as `grpc-status-details-bin`. The message is cut at kMaxErrorBytes.
google::rpc::Status ErrorToProto(const absl::Status& status);

}  // namespace cis::server
