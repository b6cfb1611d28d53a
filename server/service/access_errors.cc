// SPDX-License-Identifier: Apache-2.0
#include "server/service/access_errors.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/service/errors.h"

namespace cis::server {

absl::Status AccessDeniedError() {
  return UserError(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED",
                   "this server answers only processes of its own machine; its operator can allow "
                   "others by a policy",
                   {});
}

absl::Status TokenRefusedError(absl::string_view code, absl::string_view cause) {
  return UserError(absl::StatusCode::kUnauthenticated, "TOKEN_REFUSED",
                   absl::StrCat("the token is refused: ", cause,
                                "; send another one, or none to see what is public"),
                   {{"code", std::string(code)}, {"cause", std::string(cause)}});
}

absl::Status TokenExpiredError() { return TokenRefusedError("TOKEN_EXPIRED", "it has expired"); }

absl::Status TokenNotVerifiedError(absl::string_view code, absl::string_view cause) {
  return RetryableError(
      absl::StatusCode::kUnavailable, "TOKEN_NOT_VERIFIED",
      absl::StrCat("the token cannot be verified now: ", cause, "; try again in a moment"),
      {{"code", std::string(code)}, {"cause", std::string(cause)}});
}

absl::Status RateLimitedError(double per_second, absl::Duration wait) {
  const std::string rate = absl::StrCat(per_second);
  const absl::Duration delay = std::max(absl::Ceil(wait, absl::Milliseconds(1)), absl::Seconds(0));
  return RetryableError(
      absl::StatusCode::kResourceExhausted, "RATE_LIMITED",
      absl::StrCat("you ask faster than the ", rate,
                   " requests per second that the server answers to one caller; a request that "
                   "looks at all combinations counts as ",
                   kCostlyRequestUnits, "; try again in ", absl::FormatDuration(delay)),
      {{"per_second", rate}}, delay);
}

}  // namespace cis::server
