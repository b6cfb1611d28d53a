// SPDX-License-Identifier: Apache-2.0
#pragma once

// The requests to issuers, mytoken servers and oidc-agent, and the parsing of their answers. Pure.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/source/exchange.h"
#include "crawler/source/token_claims.h"
#include "crawler/source/token_grant.h"
#include "net/http/transport.h"

namespace cis::crawler {

// An OIDC access token. `value` is the secret.
struct AccessToken {
  std::string value;
  absl::Time expire_time = absl::InfiniteFuture();  // a JWT's `exp`, else the issuer's value
  std::optional<TokenClaims> claims;                // absent if it is opaque
};

// Makes a token from `value` that expires at `expire_time` according to its issuer; the claims of a
// JWT take precedence.
AccessToken MakeAccessToken(std::string value, absl::Time expire_time);

// The endpoint that exchanges a grant of type kRefreshToken or kMytoken for an access token.
struct TokenEndpoint {
  std::string url;
  bool secret_in_body = false;  // client_secret_post; otherwise client_secret_basic
};

// Returns GET of the issuer's or server's own description: OpenID Connect Discovery 1.0, section 4,
// or mytoken's `.well-known/mytoken-configuration`. Returns a policy error that names the URL
// unless it is https, or may be on a loopback address.
absl::StatusOr<HttpRequest> DiscoveryRequest(const TokenGrant& grant);
// Returns AnswerError; a parse error if the answer is not such a document; a policy error if it is
// another issuer's or its endpoint must not receive a secret.
absl::StatusOr<TokenEndpoint> ParseDiscovery(const TokenGrant& grant, const Answer& answer);

// Returns POST for an access token. `secret` is the current refresh token or mytoken.
HttpRequest TokenRequest(const TokenGrant& grant, const TokenEndpoint& endpoint,
                         absl::string_view secret);

// The answer of a token endpoint.
struct TokenAnswer {
  AccessToken token;
  std::string next_secret;  // replaces the refresh token or mytoken; empty = no change
};
// Returns an auth error with what to do about it if the issuer refuses; AnswerError or a parse
// error for other answers. `secret` is removed from what is quoted.
absl::StatusOr<TokenAnswer> ParseTokenAnswer(const TokenGrant& grant, const Answer& answer,
                                             absl::string_view secret);

// Returns oidc-agent's request "access_token" for a token that is valid for `min_life` or longer:
// plain JSON, as in the documentation of its IPC-API. (It encrypts only for a client that begins
// with a key exchange, which the socket's permissions make unnecessary.)
std::string AgentRequest(const TokenGrant& grant, absl::Duration min_life);
// Returns an auth error with the agent's own message; a parse error for text that is not JSON.
absl::StatusOr<AccessToken> ParseAgentAnswer(const TokenGrant& grant, absl::string_view text);

// Returns the name of a grant in messages: "https://issuer", "oidc-agent account egi", "mytoken
// https://server" or "the given access token". Contains no secret.
std::string DescribeGrant(const TokenGrant& grant);

}  // namespace cis::crawler
