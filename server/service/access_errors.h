// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors of callers who may not ask. Their reasons are in server/README.md.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::server {

// What a request that looks at all combinations counts as in limits of rates.
inline constexpr int kCostlyRequestUnits = 20;

// ACCESS_DENIED, PERMISSION_DENIED: only processes of the server's machine may ask.
absl::Status AccessDeniedError();
// TOKEN_REFUSED, UNAUTHENTICATED: the token proves nothing; `cause` says why in words, and `code`
// as server/token/token_error.h names it ("" = it does not).
absl::Status TokenRefusedError(absl::string_view code, absl::string_view cause);
// The same for the token of a stream that lasted longer.
absl::Status TokenExpiredError();
// TOKEN_NOT_VERIFIED, UNAVAILABLE + RetryInfo: the issuer of the token does not answer.
absl::Status TokenNotVerifiedError(absl::string_view code, absl::string_view cause);
// RATE_LIMITED, RESOURCE_EXHAUSTED + RetryInfo: the caller asks faster than `per_second`.
absl::Status RateLimitedError(double per_second, absl::Duration wait);

}  // namespace cis::server
