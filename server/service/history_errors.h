// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors of questions about the past that errors.h does not have. Their reasons are in
// server/README.md.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::server {

// AS_OF_IN_FUTURE + BadRequest: the requested time is after `now`.
absl::Status AsOfInFutureError(absl::Time as_of, absl::Time now);
// AS_OF_TOO_OLD, OUT_OF_RANGE: before `oldest`, the oldest time that is kept.
absl::Status AsOfTooOldError(absl::Time as_of, absl::Time oldest);

// HISTORY_BUSY, RESOURCE_EXHAUSTED + RetryInfo: too many questions about the past are waiting.
absl::Status HistoryBusyError();
// HISTORY_UNAVAILABLE, UNAVAILABLE + RetryInfo: the database cannot be read at present, or the
// server has none.
absl::Status HistoryUnavailableError();

// INVALID_RESUME_TOKEN + BadRequest: not a token of this service.
absl::Status InvalidResumeTokenError();
// RESUME_TOKEN_EXPIRED, OUT_OF_RANGE: the changes after the token are not kept; those since
// `oldest` are.
absl::Status ResumeTokenExpiredError(absl::Time oldest);
// RESUME_TOKEN_MISMATCH, FAILED_PRECONDITION: the database was replaced since.
absl::Status ResumeTokenMismatchError();

// TOO_MANY_WATCHERS, RESOURCE_EXHAUSTED + RetryInfo: the server has `max_watchers` streams already.
absl::Status TooManyWatchersError(int max_watchers);
// TOO_MANY_WATCHERS, RESOURCE_EXHAUSTED + RetryInfo: `address` has `max_watchers` streams already.
absl::Status TooManyWatchersOfAddressError(int max_watchers, absl::string_view address);
// SERVER_BUSY, RESOURCE_EXHAUSTED + RetryInfo: too many costly requests are waiting, in all or of
// this caller.
absl::Status ServerBusyError();
// SERVER_STOPPING, UNAVAILABLE + RetryInfo: ends streams and waiting questions when the server
// stops.
absl::Status ServerStoppingError();

}  // namespace cis::server
