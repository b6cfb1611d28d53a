#pragma once

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "crawler/source/exchange.h"
#include "crawler/source/keystone.h"
#include "crawler/source/source.h"

namespace cis {

// What a login gave, or why it gave nothing.
struct LoginResult {
  absl::StatusOr<KeystoneToken> token = absl::UnknownError("");
  // True if the endpoint answered and refused a token for the project (401, 403, 404); a refused
  // OIDC access token says nothing about the project and is false.
  bool refused = false;
};

// Gets a token for one share's project: one request for a password or an application credential,
// two for an OIDC access token or a Keystone token. The URL is tried as configured (+ "/v3"); only
// if the site answers with a version list or not at all like Keystone is it asked for its versions.
// Lives as long as its exchange.
class Login {
 public:
  Login(Exchange* exchange, const ShareTarget* target)
      : exchange_(exchange), target_(target), scope_(ScopeOf(*target)) {}
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;

  void Start(absl::AnyInvocable<void(LoginResult)> done);

 private:
  enum class Step { kScoped, kUnscoped, kCheckToken };

  void Ask(Step step);
  HttpRequest MakeRequest(Step step) const;
  void OnAnswer(Step step, const Answer& answer);
  void OnVersions(Step step, const Answer& refused, const Answer& versions);
  void OnToken(Step step, const Answer& answer);
  void Fail(Step step, const Answer& answer);
  void Finish(absl::StatusOr<KeystoneToken> token, bool refused = false);

  Exchange* exchange_;
  const ShareTarget* target_;
  ProjectScope scope_;
  std::string base_;   // Keystone's URL without "/v3"
  std::string token_;  // the given or the unscoped one
  bool discovered_ = false;
  absl::AnyInvocable<void(LoginResult)> done_;
};

}  // namespace cis
