// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/login.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"

namespace cis::crawler {
namespace {

// "project 1234", "project NAME".
std::string DescribeScope(const ProjectScope& scope) {
  if (!scope.id.empty()) return absl::StrCat("project ", scope.id);
  if (!scope.name.empty()) return absl::StrCat("project \"", scope.name, "\"");
  return "the credential's project";
}

}  // namespace

void Login::Start(absl::AnyInvocable<void(LoginResult)> done) {
  done_ = std::move(done);
  if (absl::Status policy = keystone_.CheckPolicy(); !policy.ok()) {
    Finish(std::move(policy));
    return;
  }
  switch (target_->credentials.type) {
    case Credentials::Type::kNone:
      Finish(MakeSourceError(ErrorClass::kConfig,
                             absl::StrCat("there is no credential for ", target_->share.vo, " at ",
                                          keystone_.base())));
      return;
    case Credentials::Type::kPassword:
    case Credentials::Type::kApplicationCredential:
      Ask(Step::kScoped);
      return;
    case Credentials::Type::kOidcAccessToken:
      if (scope_.empty()) {
        Finish(MakeSourceError(ErrorClass::kConfig,
                               "login: an OIDC access token needs a project; the configuration "
                               "names none"));
        return;
      }
      AskUnscoped();
      return;
    case Credentials::Type::kToken:
      token_ = target_->credentials.token;
      Ask(Step::kCheckToken);
      return;
  }
}

void Login::AskUnscoped() {
  exchange_->AskUnscoped(token_, [this](const absl::StatusOr<UnscopedToken>& unscoped) {
    if (!unscoped.ok()) {
      Finish(unscoped.status());
      return;
    }
    unscoped_ = *unscoped;
    token_ = unscoped->value;
    keystone_.SetBase(unscoped->keystone_base);
    Ask(Step::kScoped);
  });
}

void Login::Ask(Step step) {
  const Credentials& credentials = target_->credentials;
  HttpRequest request;
  if (step == Step::kCheckToken) {
    request.headers = {{"X-Auth-Token", token_}, {"X-Subject-Token", token_}};
  } else {
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}};
    if (!token_.empty()) {
      request.body = TokenAuthBody(token_, scope_);
    } else if (credentials.type == Credentials::Type::kPassword) {
      request.body = PasswordAuthBody(credentials, scope_);
    } else {
      request.body = ApplicationCredentialAuthBody(credentials);
    }
  }
  keystone_.Ask(std::move(request), "/v3/auth/tokens",
                [this, step](const Answer& answer) { OnAnswer(step, answer); });
}

void Login::OnAnswer(Step step, const Answer& answer) {
  if (!AnsweredWith(answer, {200, 201})) {
    Fail(step, answer);
    return;
  }
  absl::StatusOr<KeystoneToken> token = ParseKeystoneToken(*answer.response);
  if (!token.ok()) {
    Finish(MakeSourceError(ErrorClass::kParse,
                           absl::StrCat("login: ", token.status().message(), ": ", answer.url)));
    return;
  }
  if (step == Step::kCheckToken) {
    OnCheckedToken(*std::move(token));
    return;
  }
  if (token->value.empty()) {
    Finish(MakeSourceError(ErrorClass::kParse, absl::StrCat("login: the answer from ", answer.url,
                                                            " has no X-Subject-Token header")));
    return;
  }
  // Services answer an unscoped or otherwise scoped token too, with other data, so check it here.
  if (!TokenMatches(*token, scope_)) {
    const std::string got =
        token->project_id.empty() ? "no project" : absl::StrCat("project ", token->project_id);
    Finish(MakeSourceError(ErrorClass::kAuth,
                           absl::StrCat("login: the token of ", answer.url, " is for ", got,
                                        ", not for ", DescribeScope(scope_))));
    return;
  }
  Finish(std::move(token));
}

void Login::OnCheckedToken(KeystoneToken token) {
  // Not every Keystone repeats the token in the headers of a GET.
  token.value = token_;
  if (TokenMatches(token, scope_)) {
    Finish(std::move(token));
  } else if (scope_.empty()) {
    Finish(MakeSourceError(ErrorClass::kConfig,
                           "login: the given token is not scoped to a project and the "
                           "configuration names none"));
  } else {
    Ask(Step::kScoped);
  }
}

void Login::Fail(Step step, const Answer& answer) {
  // The site's own message is left out: old Keystones quote the token in it.
  const std::string what = absl::StrCat("login for ", DescribeScope(scope_));
  if (!AnsweredWith(answer, {401, 403, 404})) {
    Answer silent = answer;
    if (silent.response.ok()) silent.response->body.clear();
    Finish(AnswerError(what, silent, ""));
    return;
  }
  const int code = answer.response->status;
  const bool is_keystone = !LooksUnlikeKeystone(answer);
  // Keystone answers 404 for a token that has expired or was revoked meanwhile.
  if (unscoped_.has_value() && !asked_again_ && is_keystone &&
      (code == 404 || unscoped_->expire_time <= answer.time)) {
    asked_again_ = true;
    AskUnscoped();
    return;
  }
  std::string why;
  ErrorClass error = ErrorClass::kAuth;
  bool refused = false;
  if (step == Step::kCheckToken) {
    why = "the given Keystone token is unknown or has expired";
  } else if (!is_keystone) {
    why = "there is no Keystone v3 at this URL";
    error = ErrorClass::kConfig;
  } else {
    refused = true;
    if (code == 403) error = ErrorClass::kForbidden;
    why = unscoped_.has_value() ? ExplainRefusal()
          : code == 401
              ? "the credential is wrong, or the project unknown, disabled or not open to it"
              : "Keystone issues no token for this project with this credential";
  }
  Finish(
      MakeSourceError(error, absl::StrCat(what, ": HTTP ", code, " from ", answer.url, ": ", why)),
      refused);
}

std::string Login::ExplainRefusal() const {
  const std::string& vo = target_->share.vo;
  constexpr absl::string_view kLoggedIn =
      "the site accepts the access token, but not for this project";
  if (!unscoped_->claims.has_value() || !unscoped_->claims->names_groups) {
    return absl::StrCat(kLoggedIn, ": the account is not (or no longer) in VO ", vo,
                        ", or the project is unknown or disabled");
  }
  if (ClaimVo(*unscoped_->claims, vo)) {
    return absl::StrCat(kLoggedIn, ", though the token names a group of VO ", vo,
                        ": the site must correct its mapping or its project");
  }
  return absl::StrCat(kLoggedIn, ": the token names no group of VO ", vo, " (of ",
                      unscoped_->claims->groups.size(), "); add the account to the VO (again)");
}

void Login::Finish(absl::StatusOr<KeystoneToken> token, bool refused) {
  LoginResult result;
  result.token = std::move(token);
  result.refused = refused;
  if (unscoped_.has_value()) result.protocol = unscoped_->protocol;
  done_(std::move(result));
}

}  // namespace cis::crawler
