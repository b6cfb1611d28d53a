// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors of callers who may not ask. Their reasons are in server/README.md.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::server {

// ACCESS_DENIED, PERMISSION_DENIED: only processes of the server's machine may ask.
absl::Status AccessDeniedError();
// TOKEN_REFUSED, UNAUTHENTICATED: the token proves nothing; `cause` says why in words, and `code`
// as server/token/token_error.h names it ("" = it does not).
absl::Status TokenRefusedError(absl::string_view code, absl::string_view cause);
// The same for the token of a stream that lasted longer.
absl::Status TokenExpiredError();
// TOKEN_NOT_VERIFIED, UNAVAILABLE + RetryInfo: the issuer of the token does not answer.
absl::Status TokenNotVerifiedError(absl::string_view code, absl::string_view cause);

}  // namespace cis::server
