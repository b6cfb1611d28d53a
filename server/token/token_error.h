// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::server {

// Why a token is not accepted.
enum class TokenError : uint8_t {
  kTokenMalformed,
  kTokenExpired,
  kTokenNotYetValid,
  kIssuerUnknown,
  kIssuerUnavailable,
  kAlgorithmRefused,
  kKeyUnknown,
  kSignatureInvalid,
  kAudienceWrong,
};

// "TOKEN_MALFORMED"...
absl::string_view TokenErrorName(TokenError error);

// Returns UNAVAILABLE for kIssuerUnavailable and UNAUTHENTICATED otherwise, with `error` attached.
// `message` must not contain the token.
absl::Status MakeTokenError(TokenError error, absl::string_view message);

// Returns what MakeTokenError attached; nothing for any other status.
std::optional<TokenError> GetTokenError(const absl::Status& status);

}  // namespace cis::server
