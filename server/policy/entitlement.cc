// SPDX-License-Identifier: Apache-2.0
#include "server/policy/entitlement.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis::server {
namespace {

bool IsPlain(absl::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(),
                                       [](unsigned char c) { return absl::ascii_iscntrl(c); });
}

// Returns the text that a part of a URN stands for; nothing if it is empty or an escape is broken.
std::optional<std::string> DecodePart(absl::string_view part) {
  std::string out;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      out += part[i];
      continue;
    }
    if (i + 2 >= part.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(part[i + 1])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(part[i + 2]))) {
      return std::nullopt;
    }
    out += absl::HexStringToBytes(part.substr(i + 1, 2));
    i += 2;
  }
  if (!IsPlain(out)) return std::nullopt;
  return out;
}

std::optional<std::vector<std::string>> DecodeParts(const std::vector<absl::string_view>& parts) {
  std::vector<std::string> out;
  for (const absl::string_view part : parts) {
    std::optional<std::string> decoded = DecodePart(part);
    if (!decoded) return std::nullopt;
    out.push_back(*std::move(decoded));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

std::optional<Entitlement> ParsePath(absl::string_view text) {
  Entitlement out;
  for (const absl::string_view part : absl::StrSplit(text.substr(1), '/')) {
    if (!IsPlain(part)) return std::nullopt;
    out.group.emplace_back(part);
  }
  return out;
}

}  // namespace

std::optional<Entitlement> ParseEntitlement(absl::string_view text) {
  if (text.size() > kMaxEntitlementBytes) return std::nullopt;
  if (absl::StartsWith(text, "/")) return ParsePath(text);
  Entitlement out;
  const size_t hash = text.find('#');
  if (hash != absl::string_view::npos) {
    const absl::string_view authority = text.substr(hash + 1);
    if (absl::StrContains(authority, "#")) return std::nullopt;
    const std::optional<std::string> decoded = DecodePart(authority);
    if (!decoded) return std::nullopt;
    out.authority = *decoded;
    text = text.substr(0, hash);
  }
  std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  const auto group = std::find(parts.begin(), parts.end(), "group");
  // "urn", at least one part of the namespace, "group" and a VO.
  if (group - parts.begin() < 2 || parts.end() - group < 2 ||
      !absl::EqualsIgnoreCase(parts.front(), "urn")) {
    return std::nullopt;
  }
  const std::string identifier = absl::AsciiStrToLower(parts[1]);
  std::vector<absl::string_view> space(parts.begin() + 1, group);
  space.front() = identifier;
  if (!std::all_of(space.begin(), space.end(), IsPlain)) return std::nullopt;
  out.urn_namespace = absl::StrJoin(space, ":");
  parts.erase(parts.begin(), group + 1);
  if (absl::string_view role = parts.back(); absl::ConsumePrefix(&role, "role=")) {
    const std::optional<std::string> decoded = DecodePart(role);
    if (!decoded) return std::nullopt;
    out.role = *decoded;
    parts.pop_back();
  }
  // A role ends the group, so it cannot be the name of a subgroup.
  if (std::any_of(parts.begin(), parts.end(),
                  [](absl::string_view part) { return absl::StartsWith(part, "role="); })) {
    return std::nullopt;
  }
  std::optional<std::vector<std::string>> decoded = DecodeParts(parts);
  if (!decoded) return std::nullopt;
  out.group = *std::move(decoded);
  return out;
}

std::optional<std::vector<std::string>> ParseGroupName(absl::string_view text) {
  if (text.size() > kMaxEntitlementBytes || absl::StrContains(text, "#")) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  // These would be a URN or a role, which are written in other ways.
  if (absl::EqualsIgnoreCase(parts.front(), "urn") || absl::StartsWith(text, "/") ||
      absl::StrContains(text, "role=")) {
    return std::nullopt;
  }
  return DecodeParts(parts);
}

std::string FormatGroupName(const std::vector<std::string>& group) {
  return absl::StrJoin(group, ":", [](std::string* out, const std::string& part) {
    out->append(absl::StrReplaceAll(part, {{"%", "%25"}, {":", "%3A"}, {"#", "%23"}}));
  });
}

}  // namespace cis::server
