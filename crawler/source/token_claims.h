// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::crawler {

// The claims of an access token that CIS uses to explain refusals. Nothing is verified: that is the
// site's task, and CIS does not rely on such a token.
struct TokenClaims {
  std::string issuer;
  std::vector<std::string> audiences;
  absl::Time expire_time = absl::InfiniteFuture();
  bool names_groups = false;  // the token has a claim about groups, even if it is empty
  // From EGI Check-in's eduperson_entitlement and entitlements, INDIGO IAM's wlcg.groups and
  // groups.
  std::vector<std::string> groups;
};

// Returns the claims of a JWT (RFC 7519). Returns nullopt if `token` is not a JWT: most issuers'
// access tokens are, but they need not be.
std::optional<TokenClaims> ReadTokenClaims(absl::string_view token);

// Returns true if one of the groups is the VO's: "urn:mace:egi.eu:group:VO:..." (AARC-G002,
// AARC-G069) or "/VO", with "/" for the dots of its name, ignoring case.
bool ClaimVo(const TokenClaims& claims, absl::string_view vo);

}  // namespace cis::crawler
