// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "crawler/source/exchange.h"
#include "crawler/source/login.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// The login of one share and its token, for all of the share's service clients. A service may
// reject a token that was valid a moment ago: the token has expired in a long crawl, or the service
// had trouble with its Keystone and answers 401 because of it (keystonemiddleware does). As
// OpenStack's own clients do, the session then logs in once more. Lives as long as its exchange.
class Session {
 public:
  Session(Exchange* exchange, const ShareTarget* target);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Logs in; `done` runs once. The result contains the token, which the session's clients use too.
  void Start(absl::AnyInvocable<void(LoginResult)> done);

  // The secret; it is sent in X-Auth-Token only.
  const std::string& token() const { return token_; }
  // Number of logins that have returned a token.
  int generation() const { return generation_; }

  // For a request that was sent with the token of `generation` and answered with 401. Runs `done`
  // once: with true if there has been a login since, so that the request is worth repeating; with
  // false if the new login failed, or if the rejected token is already from a second login and has
  // not expired. (An expired one is renewed as often as a long crawl needs.)
  void Renew(int generation, absl::AnyInvocable<void(bool)> done);

 private:
  void OnLogin(const LoginResult& result);
  void OnRenewed(const LoginResult& result);

  Exchange* exchange_;
  const ShareTarget* target_;
  Login first_;
  std::optional<Login> second_;  // or a later one
  bool renewing_ = false;
  absl::Time expire_time_ = absl::InfiniteFuture();  // of token_
  std::vector<absl::AnyInvocable<void(bool)>> waiting_;
  std::string token_;
  int generation_ = 0;
};

}  // namespace cis::crawler
