#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::crawler {

// What an access token says about itself, as far as CIS explains refusals with it. Nothing is
// verified: that is the site's task, and CIS trusts no such token.
struct TokenClaims {
  std::string issuer;
  std::vector<std::string> audiences;
  absl::Time expire_time = absl::InfiniteFuture();
  bool names_groups = false;  // a claim about groups is there, be it empty
  // EGI Check-in's eduperson_entitlement and entitlements, INDIGO IAM's wlcg.groups and groups.
  std::vector<std::string> groups;
};

// The claims of a JWT (RFC 7519). Returns nullopt if `token` is none: most issuers' access tokens
// are, but they need not be.
std::optional<TokenClaims> ReadTokenClaims(absl::string_view token);

// True if one of the groups is the VO's: "urn:mace:egi.eu:group:VO:..." (AARC-G002, AARC-G069) or
// "/VO", with "/" for the dots of its name, compared without regard to case.
bool ClaimVo(const TokenClaims& claims, absl::string_view vo);

}  // namespace cis::crawler
