#pragma once

// What is said to issuers, mytoken servers and oidc-agent, and how their answers are read. Pure.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/http/transport.h"
#include "crawler/source/exchange.h"
#include "crawler/source/token_claims.h"
#include "crawler/source/token_grant.h"

namespace cis::crawler {

// An OIDC access token. `value` is the secret.
struct AccessToken {
  std::string value;
  absl::Time expire_time = absl::InfiniteFuture();  // a JWT's `exp`, else what the issuer said
  std::optional<TokenClaims> claims;                // absent if it is opaque
};

// `value` as a token that, by what its issuer said, expires at `expire_time`; a JWT knows better.
AccessToken MakeAccessToken(std::string value, absl::Time expire_time);

// Where a grant of type kRefreshToken or kMytoken is turned into an access token.
struct TokenEndpoint {
  std::string url;
  bool secret_in_body = false;  // client_secret_post; otherwise client_secret_basic
};

// GET of the issuer's or server's own description: OpenID Connect Discovery 1.0, section 4, or
// mytoken's `.well-known/mytoken-configuration`.
// Returns a policy error that names the URL unless it is https, or may be on a loopback address.
absl::StatusOr<HttpRequest> DiscoveryRequest(const TokenGrant& grant);
// Returns AnswerError; a parse error for what is no such document; a policy error if it is another
// issuer's or its endpoint is not to be trusted with a secret.
absl::StatusOr<TokenEndpoint> ParseDiscovery(const TokenGrant& grant, const Answer& answer);

// POST for an access token. `secret` is the refresh token or mytoken as it is now.
HttpRequest TokenRequest(const TokenGrant& grant, const TokenEndpoint& endpoint,
                         absl::string_view secret);

// What a token endpoint gives.
struct TokenAnswer {
  AccessToken token;
  std::string next_secret;  // takes the place of the refresh token or mytoken; empty = no change
};
// Returns an auth error with what to do about it if the issuer refuses; AnswerError or a parse
// error for other answers. `secret` is struck out of what is quoted.
absl::StatusOr<TokenAnswer> ParseTokenAnswer(const TokenGrant& grant, const Answer& answer,
                                             absl::string_view secret);

// oidc-agent's request "access_token" for a token that is good for `min_life` or longer, and its
// answer: plain JSON, as its documentation of the IPC-API has it. (It encrypts only for a client
// that begins with a key exchange, which the socket's permissions make needless.)
std::string AgentRequest(const TokenGrant& grant, absl::Duration min_life);
// Returns an auth error with the agent's own words; a parse error for what is not JSON.
absl::StatusOr<AccessToken> ParseAgentAnswer(const TokenGrant& grant, absl::string_view text);

// "https://issuer", "oidc-agent account egi", "mytoken https://server" or "the given access token":
// what messages call a grant. Holds no secret.
std::string DescribeGrant(const TokenGrant& grant);

}  // namespace cis::crawler
