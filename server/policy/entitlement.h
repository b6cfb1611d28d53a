// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis::server {

// Longer values are not read: no group of a federation needs that many bytes.
inline constexpr size_t kMaxEntitlementBytes = 1000;

// A group that an issuer says a person is in, in parsed form. Groups are compared part by part,
// never as texts.
struct Entitlement {
  std::string urn_namespace;       // "mace:egi.eu"; empty for a group that is a plain path
  std::vector<std::string> group;  // the VO, then subgroups; decoded; never empty
  std::string role;                // decoded; empty = none
  std::string authority;           // what stands behind "#": "aai.egi.eu"; empty = none

  friend bool operator==(const Entitlement&, const Entitlement&) = default;
};

// Parses one group of a token or of UserInfo: `urn:NAMESPACE:group:VO[:SUBGROUP...][:role=ROLE]
// [#AUTHORITY]` (AARC-G002 and G069; EGI's namespace is `mace:egi.eu`), or a path
// `/VO[/SUBGROUP...]` as in `wlcg.groups`. Parts of a URN are percent-decoded; only `urn` and the
// first part of the namespace are compared without case. Returns nothing for any other text, also
// for one with an empty part, a broken escape or a control character.
std::optional<Entitlement> ParseEntitlement(absl::string_view text);

// Parses the name of a group as the policy writes it: `VO[:SUBGROUP...]`, where parts are
// percent-encoded if they contain `:`. Returns nothing as ParseEntitlement does.
std::optional<std::vector<std::string>> ParseGroupName(absl::string_view text);

// Returns the name that ParseGroupName reads back.
std::string FormatGroupName(const std::vector<std::string>& group);

}  // namespace cis::server
