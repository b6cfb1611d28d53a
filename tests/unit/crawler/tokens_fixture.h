// SPDX-License-Identifier: Apache-2.0
#pragma once

// Access tokens, issuers and federated Keystones for the tests of crawler/tokens.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/tokens/unscoped_logins.h"
#include "tests/unit/crawler/fake_transport.h"

namespace cis::crawler {

// A JWT with these claims ("\"exp\":1,..."); its signature is none.
inline std::string Jwt(absl::string_view claims) {
  return absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"RS256","typ":"at+jwt"})"), ".",
                      absl::WebSafeBase64Escape(absl::StrCat("{", claims, "}")), ".c2lnbmF0dXJl");
}

inline std::string JwtUntil(absl::Time expire_time, absl::string_view claims = "") {
  return Jwt(absl::StrCat(R"("exp":)", absl::ToUnixSeconds(expire_time), claims.empty() ? "" : ",",
                          claims));
}

inline TokenGrant GivenToken(std::string token) {
  TokenGrant grant;
  grant.access_token = std::move(token);
  return grant;
}

inline constexpr char kIssuer[] = "https://issuer.example.org/realms/egi";
inline constexpr char kDiscovery[] =
    "GET https://issuer.example.org/realms/egi/.well-known/openid-configuration";
inline constexpr char kTokenUrl[] = "https://issuer.example.org/realms/egi/token";
inline constexpr char kRefreshTokenSecret[] = "very-secret-refresh-token";

inline TokenGrant RefreshGrant() {
  TokenGrant grant;
  grant.type = TokenGrant::Type::kRefreshToken;
  grant.issuer = kIssuer;
  grant.client_id = "cis";
  grant.client_secret = "very secret";
  grant.refresh_token = kRefreshTokenSecret;
  return grant;
}

// An issuer whose token endpoint answers with `tokens`, one after the other, the last for ever.
inline void AddIssuer(FakeSite& site, std::vector<std::string> tokens,
                      int64_t life_seconds = 3600) {
  site.On(kDiscovery, 200,
          absl::StrCat(R"({"issuer":")", kIssuer, R"(","token_endpoint":")", kTokenUrl, R"("})"));
  site.On(absl::StrCat("POST ", kTokenUrl),
          [tokens = std::move(tokens), life_seconds, next = size_t{0}](const HttpRequest&) mutable {
            const std::string& token = tokens[next];
            if (next + 1 < tokens.size()) ++next;
            return FakeSite::Json(
                200, absl::StrCat(R"({"access_token":")", token,
                                  R"(","token_type":"Bearer","expires_in":)", life_seconds, "}"));
          });
}

inline ShareTarget FederatedTarget(TokenGrant grant, absl::string_view vo = "the-vo") {
  ShareTarget target = PasswordTarget();
  target.share.vo = std::string(vo);
  target.share.endpoint.protocol = "openid";
  target.credentials = {};
  target.credentials.type = Credentials::Type::kOidcAccessToken;
  target.credentials.grant = std::move(grant);
  return target;
}

// "POST https://.../auth" of a protocol and identity provider at kKeystone.
inline std::string FederationUrl(absl::string_view protocol,
                                 absl::string_view provider = "egi.eu") {
  return absl::StrCat("POST ", kKeystone, "/v3/OS-FEDERATION/identity_providers/", provider,
                      "/protocols/", protocol, "/auth");
}

inline HttpResponse UnscopedResponse(absl::string_view value, absl::Time expire_time) {
  HttpResponse response = FakeSite::Json(
      201, absl::StrCat(R"({"token":{"methods":["openid"],"expires_at":")",
                        absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", expire_time, absl::UTCTimeZone()),
                        R"("}})"));
  response.headers.push_back({"X-Subject-Token", std::string(value)});
  return response;
}

}  // namespace cis::crawler
