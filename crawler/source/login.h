// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "crawler/source/exchange.h"
#include "crawler/source/keystone.h"
#include "crawler/source/keystone_client.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// The result of a login, or why it failed.
struct LoginResult {
  absl::StatusOr<KeystoneToken> token = absl::UnknownError("");
  // True if the endpoint answered and refused a token for the project (401, 403, 404). If it
  // rejects an OIDC access token, that says nothing about the project, and this is false.
  bool refused = false;
  std::string protocol;  // of a federated login
};

// Gets a token for one share's project: one request for a password or an application credential; an
// unscoped token, shared with other shares, and one request for an OIDC access token; two requests
// for a Keystone token. Lives as long as its exchange.
class Login {
 public:
  Login(Exchange* exchange, const ShareTarget* target)
      : exchange_(exchange),
        target_(target),
        scope_(ScopeOf(*target)),
        keystone_(exchange, target) {}
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;

  void Start(absl::AnyInvocable<void(LoginResult)> done);

 private:
  enum class Step { kScoped, kCheckToken };

  void Ask(Step step);
  void AskUnscoped();
  void OnAnswer(Step step, const Answer& answer);
  void OnCheckedToken(KeystoneToken token);
  void Fail(Step step, const Answer& answer);
  // Returns why a federated user has no role in the project, as far as the access token shows.
  std::string ExplainRefusal() const;
  void Finish(absl::StatusOr<KeystoneToken> token, bool refused = false);

  Exchange* exchange_;
  const ShareTarget* target_;
  ProjectScope scope_;
  KeystoneClient keystone_;
  std::string token_;                      // the given or the unscoped one
  std::optional<UnscopedToken> unscoped_;  // of a federated login
  bool asked_again_ = false;               // for an unscoped token, after one was rejected
  absl::AnyInvocable<void(LoginResult)> done_;
};

}  // namespace cis::crawler
