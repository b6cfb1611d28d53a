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
             ? "; nothing was written yet"
             : absl::StrCat("; the oldest that is kept is ", FormatInstant(oldest));
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
                   absl::StrCat("as_of is ", FormatInstant(as_of), ", of which nothing is kept",
                                OldestText(oldest)),
                   {{"value", FormatInstant(as_of)}, {"oldest_time", OldestValue(oldest)}});
}

absl::Status HistoryBusyError() {
  return RetryableError(absl::StatusCode::kResourceExhausted, "HISTORY_BUSY",
                        "too many questions about the past wait for their answer; try again in a "
                        "moment, or ask about now",
                        {});
}

absl::Status HistoryUnavailableError() {
  return RetryableError(absl::StatusCode::kUnavailable, "HISTORY_UNAVAILABLE",
                        "the past cannot be read from the database now; try again in a moment, or "
                        "ask about now",
                        {});
}

absl::Status InvalidResumeTokenError() {
  return InvalidFieldError("INVALID_RESUME_TOKEN", "resume_token",
                           "resume_token is not one that this service gave; use that of the last "
                           "message unchanged, or none to begin now",
                           {});
}

absl::Status ResumeTokenExpiredError(absl::Time oldest) {
  return UserError(absl::StatusCode::kOutOfRange, "RESUME_TOKEN_EXPIRED",
                   absl::StrCat("changes after resume_token are not kept any more",
                                OldestText(oldest), "; list what is kept, then watch without one"),
                   {{"oldest_time", OldestValue(oldest)}});
}

absl::Status ResumeTokenMismatchError() {
  return UserError(absl::StatusCode::kFailedPrecondition, "RESUME_TOKEN_MISMATCH",
                   "resume_token is of another database than the one that is served now; list what "
                   "is there, then watch without one",
                   {});
}

absl::Status TooManyWatchersError(int max_watchers) {
  return RetryableError(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS",
                        absl::StrCat("the server has ", max_watchers,
                                     " watchers, as many as it takes; try again later"),
                        {{"limit", absl::StrCat(max_watchers)}});
}

absl::Status ServerStoppingError() {
  return RetryableError(absl::StatusCode::kUnavailable, "SERVER_STOPPING",
                        "the server stops; watch again with the last resume_token", {});
}

}  // namespace cis::server
