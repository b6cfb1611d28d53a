// SPDX-License-Identifier: Apache-2.0
#include "server/token/token_error.h"

#include <string>

#include "absl/strings/cord.h"

namespace cis::server {
namespace {

constexpr absl::string_view kTokenErrorUrl = "cis/token-error";

constexpr struct {
  TokenError error;
  absl::string_view name;
} kTokenErrors[] = {
    {TokenError::kTokenMalformed, "TOKEN_MALFORMED"},
    {TokenError::kTokenExpired, "TOKEN_EXPIRED"},
    {TokenError::kTokenNotYetValid, "TOKEN_NOT_YET_VALID"},
    {TokenError::kIssuerUnknown, "ISSUER_UNKNOWN"},
    {TokenError::kIssuerUnavailable, "ISSUER_UNAVAILABLE"},
    {TokenError::kAlgorithmRefused, "ALGORITHM_REFUSED"},
    {TokenError::kKeyUnknown, "KEY_UNKNOWN"},
    {TokenError::kSignatureInvalid, "SIGNATURE_INVALID"},
    {TokenError::kAudienceWrong, "AUDIENCE_WRONG"},
};

}  // namespace

absl::string_view TokenErrorName(TokenError error) {
  for (const auto& row : kTokenErrors) {
    if (row.error == error) return row.name;
  }
  return "";
}

absl::Status MakeTokenError(TokenError error, absl::string_view message) {
  absl::Status status(error == TokenError::kIssuerUnavailable ? absl::StatusCode::kUnavailable
                                                              : absl::StatusCode::kUnauthenticated,
                      message);
  status.SetPayload(kTokenErrorUrl, absl::Cord(TokenErrorName(error)));
  return status;
}

std::optional<TokenError> GetTokenError(const absl::Status& status) {
  const auto payload = status.GetPayload(kTokenErrorUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string name(*payload);
  for (const auto& row : kTokenErrors) {
    if (row.name == name) return row.error;
  }
  return std::nullopt;
}

}  // namespace cis::server
