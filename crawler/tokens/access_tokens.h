// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/source/token_grant.h"
#include "crawler/tokens/token_messages.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"

namespace cis::crawler {

// An access token that is valid for less than this is renewed before it is used: a federated login
// takes seconds, and clocks differ by some seconds.
inline constexpr absl::Duration kMinAccessTokenLife = absl::Seconds(60);
// After a failed renewal, the issuer is not asked again for this long.
inline constexpr absl::Duration kRenewalPause = absl::Seconds(60);
// For oidc-agent, which may have to ask its issuer. Nothing else happens meanwhile.
inline constexpr absl::Duration kAgentTimeout = absl::Seconds(10);

struct AccessTokensOptions {
  absl::Duration timeout = absl::Seconds(30);   // of one attempt of one request
  absl::Duration deadline = absl::Seconds(60);  // of all attempts of one request
  // Sends a request to the agent at a unix socket; AskAgent except in tests.
  std::function<absl::StatusOr<std::string>(const std::string& socket, absl::string_view request)>
      ask_agent;
  // Called when an issuer has returned a new refresh token or mytoken; the one in the grant may not
  // be valid any more. May be null.
  std::function<void(const TokenGrant& grant, absl::string_view secret)> on_rotated;
};

// The OIDC access tokens of a crawl. Each grant's token is obtained once, shared by all callers,
// and renewed once for all when it is about to expire. Not thread-safe.
class AccessTokens {
 public:
  using Done = absl::AnyInvocable<void(const absl::StatusOr<AccessToken>&)>;

  // Both must outlive the object, which must outlive the transport's Run().
  AccessTokens(HttpTransport* transport, const Clock* clock, AccessTokensOptions options);

  // `done` runs once, at once or when the transport has received the token. Errors are of class
  // auth if the issuer refuses, or if the token has expired and cannot be renewed; otherwise those
  // of the transport, or policy and parse errors as in token_messages.h.
  void Get(const TokenGrant& grant, Done done);

  // Number of answers of issuers and servers so far, retries included.
  int64_t request_count() const { return request_count_; }

 private:
  struct Entry {
    TokenGrant grant;
    std::string secret;  // the current refresh token or mytoken
    std::optional<TokenEndpoint> endpoint;
    std::optional<AccessToken> token;
    absl::Status error;  // of the last renewal
    absl::Time error_time = absl::InfinitePast();
    bool renewing = false;
    std::vector<Done> waiting;
  };

  Entry& Find(const TokenGrant& grant);
  void Renew(Entry& entry);
  void AskAgentFor(Entry& entry);
  void Discover(Entry& entry);
  void AskEndpoint(Entry& entry);
  void Send(HttpRequest request, absl::AnyInvocable<void(const Answer&)> done);
  void Finish(Entry& entry, absl::StatusOr<AccessToken> token);

  HttpTransport* transport_;
  const Clock* clock_;
  AccessTokensOptions options_;
  std::map<TokenGrant, std::unique_ptr<Entry>> entries_;
  int64_t request_count_ = 0;
};

}  // namespace cis::crawler
