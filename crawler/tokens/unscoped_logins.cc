// SPDX-License-Identifier: Apache-2.0
#include "crawler/tokens/unscoped_logins.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/source/answer.h"
#include "crawler/source/keystone.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

constexpr absl::string_view kProtocols[] = {"openid", "oidc"};

// Returns the error that Keystone itself wrote; null if the answer is from a server in front of it.
json KeystoneError(const Answer& answer) {
  if (!answer.response.ok()) return {};
  const json body = json::parse(answer.response->body, nullptr, false);
  if (!body.is_object()) return {};
  const auto it = body.find("error");
  return it != body.end() && it->is_object() ? *it : json();
}

// Keystone answers 404 for an identity provider or protocol that it does not know, and 401 with its
// methods for a protocol name that is not one of them (both seen on a real Keystone 22).
bool IsUnknownProtocol(const Answer& answer) {
  const json error = KeystoneError(answer);
  if (error.is_null()) return false;
  if (AnsweredWith(answer, {404})) return true;
  const auto it = error.find("identity");
  return AnsweredWith(answer, {401}) && it != error.end() && it->is_object() &&
         it->count("methods") > 0;
}

std::string QuoteAll(const std::vector<std::string>& texts, absl::string_view separator) {
  return absl::StrJoin(texts, separator, [](std::string* out, const std::string& text) {
    absl::StrAppend(out, "\"", Quotable(text, ""), "\"");
  });
}

// Why Keystone itself rejects a token that the web server in front of it accepted.
std::string ExplainMapping(const AccessToken& token) {
  constexpr absl::string_view kRejected = "Keystone rejected the access token";
  if (!token.claims.has_value() || !token.claims->names_groups) {
    return absl::StrCat(
        kRejected,
        ": the account is not (or no longer) in a group that the site knows; add it "
        "to the VO, or ask the site to map the VO");
  }
  if (token.claims->groups.empty()) {
    return absl::StrCat(kRejected, ": the token names no group; add the account to the VO (again)");
  }
  return absl::StrCat(kRejected, ": the site knows no group that the token names (",
                      token.claims->groups.size(),
                      "); add the account to the VO (again), or ask the site to map the VO");
}

// Explains why the web server in front of Keystone rejects a token.
std::string ExplainWebServer(const ShareTarget& target, const AccessToken& token,
                             absl::string_view challenge) {
  const std::string& wanted = target.credentials.grant.audience;
  const std::vector<std::string> none;
  const std::vector<std::string>& audiences =
      token.claims.has_value() ? token.claims->audiences : none;
  // mod_auth_openidc sends invalid_token (RFC 6750) for a token that is not valid; for a valid one
  // that does not meet a `Require`, it sends no such word, or insufficient_scope.
  if (!absl::StrContains(challenge, "invalid_token")) {
    return absl::StrCat(
        "the access token is valid, but it is for the wrong audience or lacks another claim that "
        "the site requires: ",
        audiences.empty() ? std::string("its audience is not known here")
                          : absl::StrCat("it is for ", QuoteAll(audiences, ", ")),
        wanted.empty() ? "" : absl::StrCat("; \"", wanted, "\" was requested"),
        "; request the audience that the site requires (`audience` or `resource` of the "
        "credentials)");
  }
  return absl::StrCat(
      "the site does not accept the access token: it was revoked, has expired by the site's "
      "clock, or comes from an issuer that the site does not trust",
      token.claims.has_value() && !token.claims->issuer.empty()
          ? absl::StrCat(" (\"", Quotable(token.claims->issuer, ""), "\")")
          : "");
}

}  // namespace

absl::Status ExplainFederatedRefusal(const ShareTarget& target, const AccessToken& token,
                                     const std::vector<std::string>& protocols,
                                     const Answer& answer) {
  ErrorClass error = ErrorClass::kAuth;
  std::string why;
  if (IsUnknownProtocol(answer)) {
    error = ErrorClass::kConfig;
    why = absl::StrCat("this Keystone has no identity provider \"",
                       target.credentials.identity_provider, "\" with protocol ",
                       QuoteAll(protocols, " or "),
                       "; set cis.identity_provider and cis.protocol to those of the site");
  } else if (LooksUnlikeKeystone(answer)) {
    error = ErrorClass::kConfig;
    why = "there is no Keystone v3 with federated login at this URL";
  } else if (!KeystoneError(answer).is_null()) {
    error = ErrorClass::kForbidden;
    why = ExplainMapping(token);
  } else {
    why = ExplainWebServer(target, token, answer.response->Header("WWW-Authenticate"));
  }
  return MakeSourceError(error, absl::StrCat("federated login: HTTP ", answer.response->status,
                                             " from ", answer.url, ": ", why));
}

UnscopedLogins::UnscopedLogins(HttpTransport* transport, AccessTokens* access_tokens,
                               const Clock* clock, SourceOptions options)
    : transport_(transport), access_tokens_(access_tokens), clock_(clock), options_(options) {}

UnscopedLogins::Key UnscopedLogins::KeyOf(const ShareTarget& target) {
  const Credentials& credentials = target.credentials;
  return {target.share.endpoint.keystone_url,
          target.ca_file,
          target.allow_loopback,
          target.allow_http,
          credentials.identity_provider,
          credentials.protocol,
          credentials.grant};
}

void UnscopedLogins::Get(const ShareTarget& target, absl::string_view refused, Done done) {
  std::unique_ptr<EndpointLogin>& owned = logins_[KeyOf(target)];
  if (owned == nullptr) {
    owned = std::make_unique<EndpointLogin>(target, options_);
    if (!target.credentials.protocol.empty()) {
      owned->protocols = {target.credentials.protocol};
    } else {
      // The endpoint's protocol is a guess, or what worked last time.
      for (const absl::string_view name : kProtocols) owned->protocols.emplace_back(name);
      std::stable_partition(
          owned->protocols.begin(), owned->protocols.end(),
          [&](const std::string& name) { return name == target.share.endpoint.protocol; });
    }
  }
  EndpointLogin& login = *owned;
  if (!login.running && login.result.has_value()) {
    const absl::StatusOr<UnscopedToken>& known = *login.result;
    if (!known.ok() ||
        (known->value != refused && known->expire_time - clock_->Now() >= kMinUnscopedTokenLife)) {
      done(known);
      return;
    }
  }
  login.waiting.push_back(std::move(done));
  if (login.running) return;
  login.running = true;
  if (absl::Status policy = login.keystone.CheckPolicy(); !policy.ok()) {
    Finish(login, std::move(policy));
    return;
  }
  access_tokens_->Get(target.credentials.grant,
                      [this, &login](const absl::StatusOr<AccessToken>& token) {
                        if (token.ok()) {
                          LogIn(login, *token);
                        } else {
                          Finish(login, token.status());
                        }
                      });
}

void UnscopedLogins::LogIn(EndpointLogin& login, const AccessToken& token) {
  HttpRequest request;
  request.method = "POST";
  request.headers = {{"Authorization", absl::StrCat("Bearer ", token.value)}};
  login.keystone.Ask(
      std::move(request),
      FederationAuthPath(login.target.credentials.identity_provider,
                         login.protocols[login.protocol]),
      [this, &login, token](const Answer& answer) { OnAnswer(login, token, answer); });
  Pump(login);
}

void UnscopedLogins::OnAnswer(EndpointLogin& login, const AccessToken& token,
                              const Answer& answer) {
  if (!AnsweredWith(answer, {200, 201})) {
    if (IsUnknownProtocol(answer) && login.protocol + 1 < login.protocols.size()) {
      ++login.protocol;
      LogIn(login, token);
      return;
    }
    if (AnsweredWith(answer, {300, 401, 403, 404, 405})) {
      Finish(login, ExplainFederatedRefusal(login.target, token, login.protocols, answer));
      return;
    }
    // The site's own message is left out: it may quote the token.
    Answer silent = answer;
    if (silent.response.ok()) silent.response->body.clear();
    Finish(login, AnswerError("federated login", silent, ""));
    return;
  }
  const absl::StatusOr<KeystoneToken> parsed = ParseKeystoneToken(*answer.response);
  if (!parsed.ok() || parsed->value.empty()) {
    Finish(login,
           MakeSourceError(ErrorClass::kParse, absl::StrCat("federated login: the answer from ",
                                                            answer.url, " has no token")));
    return;
  }
  UnscopedToken unscoped;
  unscoped.value = parsed->value;
  unscoped.keystone_base = login.keystone.base();
  unscoped.protocol = login.protocols[login.protocol];
  unscoped.expire_time = parsed->expire_time;
  unscoped.claims = token.claims;
  // A protocol that has worked is not guessed again.
  login.protocols = {unscoped.protocol};
  login.protocol = 0;
  Finish(login, std::move(unscoped));
}

void UnscopedLogins::Pump(EndpointLogin& login) {
  for (SourceRequest& request : login.exchange.Take().requests) {
    transport_->Send(std::move(request.request),
                     [this, &login, tag = request.tag](absl::StatusOr<HttpResponse> response) {
                       request_count_ += response.ok() ? response->try_count : 1;
                       login.exchange.Deliver(tag, response, clock_->Now());
                       Pump(login);
                     });
  }
}

void UnscopedLogins::Finish(EndpointLogin& login, absl::StatusOr<UnscopedToken> result) {
  login.running = false;
  login.result = std::move(result);
  const absl::StatusOr<UnscopedToken> told = *login.result;
  for (Done& done : std::exchange(login.waiting, {})) done(told);
}

}  // namespace cis::crawler
