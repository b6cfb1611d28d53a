#include "crawler/source/login.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_endpoint.h"
#include "nlohmann/json.hpp"

namespace cis {
namespace {

// True if the answer may come from something that is not Keystone's v3 API: a version list, or a
// "not found" that Keystone did not write.
bool LooksUnlikeKeystone(const Answer& answer) {
  if (AnsweredWith(answer, {300})) return true;
  if (!AnsweredWith(answer, {404, 405})) return false;
  const nlohmann::json body = nlohmann::json::parse(answer.response->body, nullptr, false);
  return !body.is_object() || body.count("error") == 0;
}

// "project 1234", "project NAME".
std::string DescribeScope(const ProjectScope& scope) {
  if (!scope.id.empty()) return absl::StrCat("project ", scope.id);
  if (!scope.name.empty()) return absl::StrCat("project \"", scope.name, "\"");
  return "the credential's project";
}

}  // namespace

void Login::Start(absl::AnyInvocable<void(LoginResult)> done) {
  done_ = std::move(done);
  base_ = KeystoneBase(target_->share.endpoint.keystone_url);
  if (absl::Status policy = CheckEndpointPolicy(*target_, "Keystone", base_); !policy.ok()) {
    Finish(std::move(policy));
    return;
  }
  switch (target_->credentials.type) {
    case Credentials::Type::kNone:
      Finish(MakeSourceError(ErrorClass::kConfig, absl::StrCat("there is no credential for ",
                                                               target_->share.vo, " at ", base_)));
      return;
    case Credentials::Type::kPassword:
    case Credentials::Type::kApplicationCredential:
      Ask(Step::kScoped);
      return;
    case Credentials::Type::kOidcAccessToken:
      Ask(Step::kUnscoped);
      return;
    case Credentials::Type::kToken:
      token_ = target_->credentials.token;
      Ask(Step::kCheckToken);
      return;
  }
}

HttpRequest Login::MakeRequest(Step step) const {
  const Credentials& credentials = target_->credentials;
  HttpRequest request;
  request.method = "POST";
  request.url = absl::StrCat(base_, "/v3/auth/tokens");
  request.headers = {{"Accept", "application/json"}};
  request.limit_key = target_->share.endpoint.keystone_url;
  request.ca_file = target_->ca_file;
  request.allow_loopback = target_->allow_loopback;
  request.timeout = exchange_->options().timeout;
  request.deadline = exchange_->options().deadline;
  request.max_body_bytes = kMaxTokenBytes;
  if (step == Step::kCheckToken) {
    request.method = "GET";
    request.headers.push_back({"X-Auth-Token", token_});
    request.headers.push_back({"X-Subject-Token", token_});
    return request;
  }
  if (step == Step::kUnscoped) {
    request.url = absl::StrCat(base_, FederationAuthPath(credentials));
    request.headers.push_back({"Authorization", absl::StrCat("Bearer ", credentials.token)});
    return request;
  }
  request.headers.push_back({"Content-Type", "application/json"});
  if (!token_.empty()) {
    request.body = TokenAuthBody(token_, scope_);
  } else if (credentials.type == Credentials::Type::kPassword) {
    request.body = PasswordAuthBody(credentials, scope_);
  } else {
    request.body = ApplicationCredentialAuthBody(credentials);
  }
  return request;
}

void Login::Ask(Step step) {
  exchange_->Ask(Kind::kAuth, MakeRequest(step),
                 [this, step](const Answer& answer) { OnAnswer(step, answer); });
}

void Login::OnAnswer(Step step, const Answer& answer) {
  if (AnsweredWith(answer, {200, 201})) {
    OnToken(step, answer);
    return;
  }
  if (discovered_ || !LooksUnlikeKeystone(answer)) {
    Fail(step, answer);
    return;
  }
  discovered_ = true;
  HttpRequest request;
  request.url = absl::StrCat(base_, "/");
  request.headers = {{"Accept", "application/json"}};
  request.limit_key = target_->share.endpoint.keystone_url;
  request.ca_file = target_->ca_file;
  request.allow_loopback = target_->allow_loopback;
  request.timeout = exchange_->options().timeout;
  request.deadline = exchange_->options().deadline;
  request.max_body_bytes = kMaxTokenBytes;
  exchange_->Ask(Kind::kAuth, std::move(request), [this, step, answer](const Answer& versions) {
    OnVersions(step, answer, versions);
  });
}

void Login::OnVersions(Step step, const Answer& refused, const Answer& versions) {
  std::string found;
  if (AnsweredWith(versions, {200, 300})) {
    found = FindKeystoneBase(base_, versions.response->body);
  }
  if (found.empty() || found == base_) {
    Fail(step, refused);
    return;
  }
  base_ = std::move(found);
  Ask(step);
}

void Login::OnToken(Step step, const Answer& answer) {
  absl::StatusOr<KeystoneToken> token = ParseKeystoneToken(*answer.response);
  if (!token.ok()) {
    Finish(MakeSourceError(ErrorClass::kParse,
                           absl::StrCat("login: ", token.status().message(), ": ", answer.url)));
    return;
  }
  if (step == Step::kCheckToken) {
    // A GET repeats no token in its headers everywhere.
    token->value = token_;
    if (TokenMatches(*token, scope_)) {
      Finish(std::move(token));
    } else if (scope_.empty()) {
      Finish(MakeSourceError(ErrorClass::kConfig,
                             "login: the given token is not scoped to a project and the "
                             "configuration names none"));
    } else {
      Ask(Step::kScoped);
    }
    return;
  }
  if (token->value.empty()) {
    Finish(MakeSourceError(ErrorClass::kParse, absl::StrCat("login: the answer of ", answer.url,
                                                            " has no X-Subject-Token header")));
    return;
  }
  if (step == Step::kUnscoped) {
    if (scope_.empty() && token->project_id.empty()) {
      Finish(MakeSourceError(ErrorClass::kConfig,
                             "login: an OIDC access token needs a project; the configuration "
                             "names none"));
      return;
    }
    token_ = token->value;
    Ask(Step::kScoped);
    return;
  }
  // Services answer an unscoped or otherwise scoped token too, with other data: check it here.
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

void Login::Fail(Step step, const Answer& answer) {
  // The site's own words are left out: old Keystones quote the token in them.
  const std::string what = absl::StrCat("login for ", DescribeScope(scope_));
  if (!AnsweredWith(answer, {401, 403, 404})) {
    Answer silent = answer;
    if (silent.response.ok()) silent.response->body.clear();
    Finish(AnswerError(what, silent, ""));
    return;
  }
  const int code = answer.response->status;
  absl::string_view why;
  ErrorClass error = ErrorClass::kAuth;
  bool refused = false;
  if (step == Step::kUnscoped && code == 404) {
    why = "this Keystone has no such identity provider and protocol";
    error = ErrorClass::kConfig;
  } else if (step == Step::kUnscoped) {
    why = "the OIDC access token is not accepted: it has expired, or nothing maps it to a user";
  } else if (step == Step::kCheckToken) {
    why = "the given Keystone token is unknown or has expired";
  } else if (LooksUnlikeKeystone(answer)) {
    why = "there is no Keystone v3 at this URL";
    error = ErrorClass::kConfig;
  } else if (code == 401) {
    why = "the credential is wrong, or the project unknown, disabled or not open to it";
    refused = true;
  } else {
    why = "no token is given for this project with this credential";
    error = code == 403 ? ErrorClass::kForbidden : ErrorClass::kAuth;
    refused = true;
  }
  Finish(
      MakeSourceError(error, absl::StrCat(what, ": HTTP ", code, " from ", answer.url, ": ", why)),
      refused);
}

void Login::Finish(absl::StatusOr<KeystoneToken> token, bool refused) {
  LoginResult result;
  result.token = std::move(token);
  result.refused = refused;
  done_(std::move(result));
}

}  // namespace cis
