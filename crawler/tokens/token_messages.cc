// SPDX-License-Identifier: Apache-2.0
#include "crawler/tokens/token_messages.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_endpoint.h"
#include "net/http/url.h"
#include "nlohmann/json.hpp"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

using nlohmann::json;
using Type = TokenGrant::Type;

// Some issuers' discovery documents list a thousand scopes.
constexpr int64_t kMaxDiscoveryBytes = int64_t{1} << 20;

std::string WithoutSlash(absl::string_view url) {
  while (absl::ConsumeSuffix(&url, "/")) {
  }
  return std::string(url);
}

// Checks whether a secret of `grant` may be sent to `url`.
absl::Status CheckUrl(const TokenGrant& grant, absl::string_view what, absl::string_view url) {
  const absl::StatusOr<Url> parsed = ParseUrl(url);
  if (!parsed.ok()) {
    return MakeSourceError(ErrorClass::kPolicy,
                           absl::StrCat(what, ": ", parsed.status().message()));
  }
  const HostClass host = ClassifyHost(parsed->host);
  const bool is_inner = host == HostClass::kLoopback || host == HostClass::kLinkLocal;
  if (is_inner && !grant.allow_loopback) {
    return MakeSourceError(ErrorClass::kPolicy,
                           absl::StrCat(what, " ", RedactUrl(url),
                                        " is on this machine; to allow it, "
                                        "set `allow_loopback: true` beside its `type`"));
  }
  if (parsed->scheme != "https" && !is_inner) {
    return MakeSourceError(ErrorClass::kPolicy,
                           absl::StrCat(what, " ", RedactUrl(url),
                                        " is not https; secrets are sent only to https URLs"));
  }
  return absl::OkStatus();
}

HttpRequest BaseRequest(const TokenGrant& grant, std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Accept", "application/json"}};
  request.ca_file = grant.ca_file;
  request.allow_loopback = grant.allow_loopback;
  request.max_body_bytes = kMaxDiscoveryBytes;
  return request;
}

// Returns application/x-www-form-urlencoded, without empty values.
std::string FormBody(const std::vector<std::pair<absl::string_view, absl::string_view>>& fields) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) parts.push_back(absl::StrCat(name, "=", PercentEncode(value)));
  }
  return absl::StrJoin(parts, "&");
}

int64_t SecondsAt(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_number() ? it->get<int64_t>() : 0;
}

// Returns what a person can do about a refusal by a token endpoint.
absl::string_view AdviceFor(absl::string_view error, Type type) {
  if (error == "invalid_grant" && type == Type::kRefreshToken) {
    return "the refresh token has expired, was revoked or has been used before; get a new one and "
           "put it in its place";
  }
  if (error == "invalid_client" || error == "unauthorized_client") {
    return "the client id or client secret is wrong, or the client may not refresh tokens";
  }
  if (error == "invalid_target") return "the issuer issues no token for this audience or resource";
  if (error == "invalid_scope") return "the issuer issues no token for this scope";
  if (type == Type::kMytoken) {
    return "the mytoken has expired, was revoked, or does not allow access tokens; get a new one "
           "and put it in its place";
  }
  return "";
}

}  // namespace

AccessToken MakeAccessToken(std::string value, absl::Time expire_time) {
  AccessToken token;
  token.claims = ReadTokenClaims(value);
  token.value = std::move(value);
  token.expire_time = expire_time;
  if (token.claims.has_value() && token.claims->expire_time != absl::InfiniteFuture()) {
    token.expire_time = token.claims->expire_time;
  }
  return token;
}

std::string DescribeGrant(const TokenGrant& grant) {
  switch (grant.type) {
    case Type::kGiven:
      return "the given access token";
    case Type::kRefreshToken:
      return grant.issuer;
    case Type::kOidcAgent:
      return grant.account.empty() ? absl::StrCat("oidc-agent for ", grant.issuer)
                                   : absl::StrCat("oidc-agent account ", grant.account);
    case Type::kMytoken:
      break;
  }
  return absl::StrCat("mytoken ", grant.server);
}

absl::StatusOr<HttpRequest> DiscoveryRequest(const TokenGrant& grant) {
  const bool is_mytoken = grant.type == Type::kMytoken;
  const std::string base = WithoutSlash(is_mytoken ? grant.server : grant.issuer);
  CIS_RETURN_IF_ERROR(CheckUrl(grant, is_mytoken ? "mytoken server" : "issuer", base));
  return BaseRequest(grant, absl::StrCat(base, is_mytoken ? "/.well-known/mytoken-configuration"
                                                          : "/.well-known/openid-configuration"));
}

absl::StatusOr<TokenEndpoint> ParseDiscovery(const TokenGrant& grant, const Answer& answer) {
  const bool is_mytoken = grant.type == Type::kMytoken;
  CIS_ASSIGN_OR_RETURN(
      const json body,
      ParseAnswer(is_mytoken ? "mytoken discovery" : "OIDC discovery", answer, ""));
  const std::string issuer = StringAt(body, "issuer");
  // Section 4.3: another issuer's document must not be used.
  if (!is_mytoken && WithoutSlash(issuer) != WithoutSlash(grant.issuer)) {
    return MakeSourceError(ErrorClass::kPolicy,
                           absl::StrCat("OIDC discovery: ", answer.url, " names the issuer \"",
                                        Quotable(issuer, ""), "\", not \"", grant.issuer, "\""));
  }
  const char* key = is_mytoken ? "access_token_endpoint" : "token_endpoint";
  TokenEndpoint endpoint;
  endpoint.url = StringAt(body, key);
  if (endpoint.url.empty()) {
    return MakeSourceError(ErrorClass::kParse, absl::StrCat(answer.url, " names no ", key));
  }
  CIS_RETURN_IF_ERROR(CheckUrl(grant, key, endpoint.url));
  const auto methods = body.find("token_endpoint_auth_methods_supported");
  if (methods != body.end() && methods->is_array()) {
    // Basic is the default (section 3), and every issuer must support it (RFC 6749, section 2.3.1).
    const auto has = [&](const char* name) {
      return std::find(methods->begin(), methods->end(), json(name)) != methods->end();
    };
    endpoint.secret_in_body = !has("client_secret_basic") && has("client_secret_post");
  }
  return endpoint;
}

HttpRequest TokenRequest(const TokenGrant& grant, const TokenEndpoint& endpoint,
                         absl::string_view secret) {
  HttpRequest request = BaseRequest(grant, endpoint.url);
  request.method = "POST";
  // A refresh token for one use is lost with the answer, so the request is never repeated.
  request.idempotent = false;
  if (grant.type == Type::kMytoken) {
    json body = {{"grant_type", "mytoken"}, {"mytoken", std::string(secret)}};
    if (!grant.scope.empty()) body["scope"] = grant.scope;
    if (!grant.audience.empty()) body["audience"] = grant.audience;
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return request;
  }
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  const bool basic = !grant.client_secret.empty() && !endpoint.secret_in_body;
  if (basic) {
    // Both are form-encoded first (RFC 6749, section 2.3.1).
    request.headers.push_back(
        {"Authorization", absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(
                                                     PercentEncode(grant.client_id), ":",
                                                     PercentEncode(grant.client_secret))))});
  }
  request.body = FormBody({{"grant_type", "refresh_token"},
                           {"refresh_token", secret},
                           {"client_id", basic ? "" : grant.client_id},
                           {"client_secret", basic ? "" : grant.client_secret},
                           {"scope", grant.scope},
                           {"audience", grant.audience},
                           {"resource", grant.resource}});
  return request;
}

absl::StatusOr<TokenAnswer> ParseTokenAnswer(const TokenGrant& grant, const Answer& answer,
                                             absl::string_view secret) {
  const std::string what = absl::StrCat("access token from ", DescribeGrant(grant));
  if (AnsweredWith(answer, {400, 401, 403})) {
    const json body = json::parse(answer.response->body, nullptr, false);
    const std::string error = StringAt(body, "error");
    const absl::string_view advice = AdviceFor(error, grant.type);
    const std::string words =
        Quotable(Quotable(StringAt(body, "error_description"), secret), grant.client_secret);
    return MakeSourceError(
        ErrorClass::kAuth,
        absl::StrCat(what, ": HTTP ", answer.response->status, " from ", answer.url,
                     error.empty() ? "" : absl::StrCat(": ", Quotable(error, secret)),
                     words.empty() ? "" : absl::StrCat(" (", words, ")"),
                     advice.empty() ? "" : absl::StrCat(": ", advice)));
  }
  CIS_ASSIGN_OR_RETURN(const json body, ParseAnswer(what, answer, secret));
  const std::string value = StringAt(body, "access_token");
  if (value.empty()) {
    return MakeSourceError(ErrorClass::kParse, absl::StrCat(what, ": the answer from ", answer.url,
                                                            " has no access_token"));
  }
  const int64_t life = SecondsAt(body, "expires_in");
  TokenAnswer result;
  result.token =
      MakeAccessToken(value, life > 0 ? answer.time + absl::Seconds(life) : absl::InfiniteFuture());
  if (grant.type == Type::kMytoken) {
    const auto update = body.find("token_update");
    if (update != body.end()) result.next_secret = StringAt(*update, "mytoken");
  } else {
    result.next_secret = StringAt(body, "refresh_token");
  }
  if (result.next_secret == secret) result.next_secret.clear();
  return result;
}

std::string AgentRequest(const TokenGrant& grant, absl::Duration min_life) {
  json body = {{"request", "access_token"},
               {"min_valid_period", absl::ToInt64Seconds(min_life)},
               {"application_hint", "cis-crawler"}};
  if (grant.account.empty()) {
    body["issuer"] = grant.issuer;
  } else {
    body["account"] = grant.account;
  }
  if (!grant.scope.empty()) body["scope"] = grant.scope;
  if (!grant.audience.empty()) body["audience"] = grant.audience;
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<AccessToken> ParseAgentAnswer(const TokenGrant& grant, absl::string_view text) {
  const std::string what = absl::StrCat("access token from ", DescribeGrant(grant));
  const json body = json::parse(text.begin(), text.end(), nullptr, false);
  if (!body.is_object()) {
    return MakeSourceError(ErrorClass::kParse,
                           absl::StrCat(what, ": the answer at ", grant.socket,
                                        " is not a JSON object; is this oidc-agent's socket?"));
  }
  const std::string value = StringAt(body, "access_token");
  if (StringAt(body, "status") != "success" || value.empty()) {
    const std::string error = Quotable(StringAt(body, "error"), "");
    const std::string info = Quotable(StringAt(body, "info"), "");
    return MakeSourceError(
        ErrorClass::kAuth,
        absl::StrCat(what, ": ", error.empty() ? "it returned neither a token nor a reason" : error,
                     info.empty() ? "" : absl::StrCat(" (", info, ")"),
                     "; check that `oidc-token` works for the same account"));
  }
  const int64_t expires_at = SecondsAt(body, "expires_at");
  return MakeAccessToken(
      value, expires_at > 0 ? absl::FromUnixSeconds(expires_at) : absl::InfiniteFuture());
}

}  // namespace cis::crawler
