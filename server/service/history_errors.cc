// SPDX-License-Identifier: Apache-2.0
#include "server/service/history_errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "server/service/errors.h"

namespace cis::server {
namespace {

std::string FormatInstant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

// "; the oldest is ..." or that there is none.
std::string OldestText(absl::Time oldest) {
  return oldest == absl::InfiniteFuture()
             ? "; nothing has been written yet"
             : absl::StrCat("; the oldest time that is kept is ", FormatInstant(oldest));
}

std::string OldestValue(absl::Time oldest) {
  return oldest == absl::InfiniteFuture() ? "" : FormatInstant(oldest);
}

}  // namespace

absl::Status AsOfInFutureError(absl::Time as_of, absl::Time now) {
  return InvalidFieldError(
      "AS_OF_IN_FUTURE", "as_of",
      absl::StrCat("as_of is ", FormatInstant(as_of), "; it must not be after ", FormatInstant(now),
                   ", which is now"),
      {{"value", FormatInstant(as_of)}, {"now", FormatInstant(now)}});
}

absl::Status AsOfTooOldError(absl::Time as_of, absl::Time oldest) {
  return UserError(absl::StatusCode::kOutOfRange, "AS_OF_TOO_OLD",
                   absl::StrCat("as_of is ", FormatInstant(as_of),
                                ", a time of which nothing is kept", OldestText(oldest)),
                   {{"value", FormatInstant(as_of)}, {"oldest_time", OldestValue(oldest)}});
}

absl::Status HistoryBusyError() {
  return RetryableError(
      absl::StatusCode::kResourceExhausted, "HISTORY_BUSY",
      "too many questions about the history are waiting; try again in a moment, or "
      "ask about the present",
      {});
}

absl::Status HistoryUnavailableError() {
  return RetryableError(
      absl::StatusCode::kUnavailable, "HISTORY_UNAVAILABLE",
      "the history cannot be read from the database now; try again in a moment, or "
      "ask about the present",
      {});
}

absl::Status InvalidResumeTokenError() {
  return InvalidFieldError(
      "INVALID_RESUME_TOKEN", "resume_token",
      "resume_token was not issued by this service; send that of the last message "
      "unchanged, or none to begin now",
      {});
}

absl::Status ResumeTokenExpiredError(absl::Time oldest) {
  return UserError(absl::StatusCode::kOutOfRange, "RESUME_TOKEN_EXPIRED",
                   absl::StrCat("changes after resume_token are no longer kept", OldestText(oldest),
                                "; list the resources, then watch without a token"),
                   {{"oldest_time", OldestValue(oldest)}});
}

absl::Status ResumeTokenMismatchError() {
  return UserError(absl::StatusCode::kFailedPrecondition, "RESUME_TOKEN_MISMATCH",
                   "resume_token was issued for another database than the one that is served now; "
                   "list the resources, then watch without a token",
                   {});
}

absl::Status TooManyWatchersError(int max_watchers) {
  return RetryableError(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS",
                        absl::StrCat("the server has ", max_watchers,
                                     " streams of changes, as many as it accepts; try again later"),
                        {{"limit", absl::StrCat(max_watchers)}});
}

absl::Status TooManyWatchersOfAddressError(int max_watchers, absl::string_view address) {
  return RetryableError(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS",
                        absl::StrCat(address, " has ", max_watchers,
                                     " streams of changes, as many as the server accepts from one "
                                     "address; end one of them, or try again later"),
                        {{"limit", absl::StrCat(max_watchers)}, {"address", std::string(address)}});
}

absl::Status ServerBusyError() {
  return RetryableError(
      absl::StatusCode::kResourceExhausted, "SERVER_BUSY",
      "the server has more requests than it can answer in time; try again in a moment", {});
}

absl::Status ServerStoppingError() {
  return RetryableError(absl::StatusCode::kUnavailable, "SERVER_STOPPING",
                        "the server is stopping; ask again, and continue a stream with its last "
                        "resume_token",
                        {});
}

}  // namespace cis::server
