// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/token_claims.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "crawler/source/answer.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

// Returns the texts of a claim that is one text or a list of them.
std::vector<std::string> TextsOf(const json& value) {
  std::vector<std::string> texts;
  if (value.is_string()) texts.push_back(value.get<std::string>());
  if (!value.is_array()) return texts;
  for (const json& item : value) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

std::optional<TokenClaims> ReadTokenClaims(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  std::string header;
  std::string payload;
  if (parts.size() != 3 || !absl::WebSafeBase64Unescape(parts[0], &header) ||
      !absl::WebSafeBase64Unescape(parts[1], &payload)) {
    return std::nullopt;
  }
  const json body = json::parse(payload, nullptr, false);
  if (!json::parse(header, nullptr, false).is_object() || !body.is_object()) return std::nullopt;
  TokenClaims claims;
  claims.issuer = StringAt(body, "iss");
  if (const auto it = body.find("aud"); it != body.end()) claims.audiences = TextsOf(*it);
  if (const auto it = body.find("exp"); it != body.end() && it->is_number()) {
    claims.expire_time = absl::FromUnixSeconds(it->get<int64_t>());
  }
  for (const char* name : {"eduperson_entitlement", "entitlements", "wlcg.groups", "groups"}) {
    const auto it = body.find(name);
    if (it == body.end()) continue;
    claims.names_groups = true;
    for (std::string& group : TextsOf(*it)) claims.groups.push_back(std::move(group));
  }
  return claims;
}

bool ClaimVo(const TokenClaims& claims, absl::string_view vo) {
  const std::string name = absl::AsciiStrToLower(vo);
  const std::string in_urn = absl::StrCat(":group:", name, ":");
  const std::string path = absl::StrCat("/", absl::StrReplaceAll(name, {{".", "/"}}), "/");
  return std::any_of(claims.groups.begin(), claims.groups.end(), [&](const std::string& group) {
    const std::string text = absl::AsciiStrToLower(group);
    // "#AUTHORITY" ends the groups of a URN.
    const std::string urn = absl::StrCat(text.substr(0, text.find('#')), ":");
    return absl::StrContains(urn, in_urn) || absl::StartsWith(absl::StrCat(text, "/"), path);
  });
}

}  // namespace cis::crawler
