// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/source/exchange.h"
#include "crawler/source/keystone_client.h"
#include "crawler/source/source.h"
#include "crawler/tokens/access_tokens.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"

namespace cis::crawler {

// An unscoped token that is valid for less than this is not given to a share any more: the share's
// own token would expire with it.
inline constexpr absl::Duration kMinUnscopedTokenLife = absl::Seconds(30);

// The federated logins of a crawl: one per endpoint and credential, whose unscoped Keystone token
// all shares there use. A login that is rejected is not tried again; every share of the endpoint
// gets that reason. If it is not known whether the protocol is called "openid" or "oidc", the
// second is tried when Keystone does not know the first, and remembered. Not thread-safe.
class UnscopedLogins {
 public:
  using Done = absl::AnyInvocable<void(const absl::StatusOr<UnscopedToken>&)>;

  // All must outlive the object, which must outlive the transport's Run().
  UnscopedLogins(HttpTransport* transport, AccessTokens* access_tokens, const Clock* clock,
                 SourceOptions options);

  // Gets an unscoped token for the endpoint of `target`, whose credentials are of type
  // kOidcAccessToken. `refused` is a token from here that Keystone does not accept any more, or
  // empty. `done` runs once, at once or when the transport has received the token. Errors: those of
  // AccessTokens::Get and of the transport; auth (the site rejects the token), forbidden (it maps
  // the token to no user), config (it knows no such identity provider or protocol), policy, parse.
  void Get(const ShareTarget& target, absl::string_view refused, Done done);

  // Number of answers of Keystone, issuers and token servers so far, retries included.
  int64_t request_count() const { return request_count_ + access_tokens_->request_count(); }

 private:
  using Key =
      std::tuple<std::string, std::string, bool, bool, std::string, std::string, TokenGrant>;

  // The login at one endpoint with one credential.
  struct EndpointLogin {
    EndpointLogin(const ShareTarget& first, SourceOptions options)
        : target(first), exchange(options), keystone(&exchange, &target) {}

    ShareTarget target;  // of the first share that needed it
    Exchange exchange;
    KeystoneClient keystone;
    std::vector<std::string> protocols;  // to try
    size_t protocol = 0;                 // the index of the one that is being tried or has worked
    std::optional<absl::StatusOr<UnscopedToken>> result;
    bool running = false;
    std::vector<Done> waiting;
  };

  static Key KeyOf(const ShareTarget& target);
  void LogIn(EndpointLogin& login, const AccessToken& token);
  void OnAnswer(EndpointLogin& login, const AccessToken& token, const Answer& answer);
  // Sends what the login's exchange has queued.
  void Pump(EndpointLogin& login);
  void Finish(EndpointLogin& login, absl::StatusOr<UnscopedToken> result);

  HttpTransport* transport_;
  AccessTokens* access_tokens_;
  const Clock* clock_;
  SourceOptions options_;
  std::map<Key, std::unique_ptr<EndpointLogin>> logins_;
  int64_t request_count_ = 0;
};

// Returns why a site rejected an access token (401, 403 or 404 of its federated login), in one
// sentence that says what to do; its class is auth, forbidden or config. `protocols` are those that
// were tried.
absl::Status ExplainFederatedRefusal(const ShareTarget& target, const AccessToken& token,
                                     const std::vector<std::string>& protocols,
                                     const Answer& answer);

}  // namespace cis::crawler
