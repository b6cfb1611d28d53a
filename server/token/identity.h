// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace cis::server {

// An issuer whose tokens are accepted.
struct IssuerOptions {
  enum class Groups { kToken, kUserinfo };

  std::string url;                     // equal to the claim `iss`; https, or http on loopback
  std::vector<std::string> audiences;  // one of them must be in `aud`; empty = no token is accepted
  std::vector<std::string> algorithms;  // "RS256"...; `none` and HMAC are never accepted
  Groups groups_from = Groups::kToken;  // where the issuer states the groups of a person

  friend bool operator==(const IssuerOptions&, const IssuerOptions&) = default;
};

// What a verified token says about its bearer. Groups and scopes are as the issuer wrote them.
struct Identity {
  std::string issuer_url;
  std::string subject;
  std::vector<std::string> groups;
  std::vector<std::string> scopes;
  absl::Time expire_time;

  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace cis::server
