// SPDX-License-Identifier: Apache-2.0
#include "server/token/claims.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_split.h"
#include "schema/base/status_macros.h"
#include "server/token/jose.h"
#include "server/token/key_set.h"
#include "server/token/strict_json.h"
#include "server/token/token_error.h"

namespace cis::server {
namespace {

using ClaimsJson = nlohmann::json;

constexpr size_t kMaxHeaderBytes = 2048;

absl::Status Malformed(absl::string_view message) {
  return MakeTokenError(TokenError::kTokenMalformed, message);
}

// The texts of a claim that is a text or a list of them.
std::vector<std::string> TextsOf(const ClaimsJson& object, const char* name) {
  std::vector<std::string> texts;
  const auto at = object.find(name);
  if (at == object.end()) return texts;
  if (at->is_string()) texts.push_back(at->get<std::string>());
  if (at->is_array()) {
    for (const ClaimsJson& item : *at) {
      if (item.is_string()) texts.push_back(item.get<std::string>());
    }
  }
  return texts;
}

std::vector<std::string> GroupsOf(const ClaimsJson& object) {
  std::vector<std::string> groups;
  for (const char* name : {"wlcg.groups", "groups", "eduperson_entitlement", "entitlements"}) {
    for (std::string& group : TextsOf(object, name)) {
      if (std::find(groups.begin(), groups.end(), group) == groups.end()) {
        groups.push_back(std::move(group));
      }
    }
  }
  return groups;
}

std::vector<std::string> ScopesOf(const ClaimsJson& object) {
  std::vector<std::string> scopes;
  for (const std::string& text : TextsOf(object, "scope")) {
    for (const absl::string_view scope : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
      scopes.emplace_back(scope);
    }
  }
  return scopes;
}

// Reads a text that may be absent. Returns false if it is something else.
bool ReadText(const ClaimsJson& object, const char* name, std::string* text) {
  const auto at = object.find(name);
  if (at == object.end()) return true;
  if (!at->is_string()) return false;
  *text = at->get<std::string>();
  return true;
}

// Reads a time that may be absent. Returns false if it is anything but a number.
bool ReadTime(const ClaimsJson& object, const char* name, absl::Time* time) {
  const auto at = object.find(name);
  if (at == object.end()) return true;
  if (!at->is_number()) return false;
  *time = absl::UnixEpoch() + absl::Seconds(at->get<double>());
  return true;
}

absl::Status ReadHeader(absl::string_view part, Claims* claims) {
  const std::optional<std::string> text = DecodeBase64Url(part);
  if (!text.has_value() || text->size() > kMaxHeaderBytes) {
    return Malformed("the token's header is not base64url, or is longer than 2048 bytes");
  }
  const std::optional<ClaimsJson> header = ParseStrictObject(*text);
  if (!header.has_value() || !ReadText(*header, "alg", &claims->algorithm) ||
      !ReadText(*header, "kid", &claims->kid)) {
    return Malformed("the token's header is not valid");
  }
  if (header->contains("crit")) {
    return MakeTokenError(TokenError::kAlgorithmRefused,
                          "the token's header has \"crit\"; no extension is known");
  }
  if (KeyFamilyOf(claims->algorithm).empty()) {
    return MakeTokenError(TokenError::kAlgorithmRefused,
                          "the token is not signed by an asymmetric algorithm that is known");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Claims> ReadClaims(absl::string_view token) {
  if (token.size() > kMaxTokenBytes) return Malformed("the token is longer than 16 KiB");
  if (std::count(token.begin(), token.end(), '.') != 2) {
    return Malformed("the token does not have three parts");
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  Claims claims;
  CIS_RETURN_IF_ERROR(ReadHeader(parts[0], &claims));
  const std::optional<std::string> payload = DecodeBase64Url(parts[1]);
  if (!payload.has_value() || !DecodeBase64Url(parts[2]).has_value()) {
    return Malformed("a part of the token is not base64url");
  }
  const std::optional<ClaimsJson> json = ParseStrictObject(*payload);
  if (!json.has_value() || !ReadText(*json, "iss", &claims.issuer_url) ||
      !ReadText(*json, "sub", &claims.subject) || !ReadTime(*json, "exp", &claims.expire_time) ||
      !ReadTime(*json, "nbf", &claims.not_before) || !ReadTime(*json, "iat", &claims.issue_time)) {
    return Malformed("the token's claims are not valid");
  }
  claims.payload = *payload;
  claims.audiences = TextsOf(*json, "aud");
  claims.groups = GroupsOf(*json);
  claims.scopes = ScopesOf(*json);
  return claims;
}

absl::Status CheckClaims(const Claims& claims, const IssuerOptions& issuer, absl::Time now) {
  if (claims.expire_time == absl::InfinitePast()) return Malformed("the token has no \"exp\"");
  if (now >= claims.expire_time + kClockSkew) {
    return MakeTokenError(TokenError::kTokenExpired, "the token has expired; get a new one");
  }
  if (claims.not_before > now + kClockSkew || claims.issue_time > now + kClockSkew) {
    return MakeTokenError(TokenError::kTokenNotYetValid,
                          "the token is not valid yet; check the clock of this server");
  }
  const bool is_for_us =
      std::any_of(claims.audiences.begin(), claims.audiences.end(), [&](const std::string& name) {
        return std::find(issuer.audiences.begin(), issuer.audiences.end(), name) !=
               issuer.audiences.end();
      });
  if (!is_for_us) {
    return MakeTokenError(TokenError::kAudienceWrong,
                          "the token is meant for another audience; request one for this service");
  }
  if (claims.subject.empty()) return Malformed("the token has no \"sub\"");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadUserinfo(absl::string_view body,
                                                      absl::string_view subject) {
  const std::optional<ClaimsJson> json = ParseStrictObject(body);
  std::string about;
  if (!json.has_value() || !ReadText(*json, "sub", &about) || about != subject) {
    return Malformed("the issuer's UserInfo is not about the subject of the token");
  }
  return GroupsOf(*json);
}

}  // namespace cis::server
