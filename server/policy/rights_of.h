// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "server/policy/caller.h"
#include "server/policy/policy.h"
#include "server/policy/rights.h"

namespace cis::server {

// Returns what `caller` may see: all that any matching rule grants, and public facts. Without a
// policy, a local caller may see everything and any other nothing.
Rights RightsOf(const Policy& policy, const Caller& caller);

// Returns whether an entitlement is one that the pattern describes.
bool Matches(const GroupPattern& pattern, const Entitlement& entitlement, const Policy& policy);

// The scope without which an issuer does not state the groups of a person.
struct MissingScope {
  std::string issuer;  // name in the policy
  std::string scope;

  friend bool operator==(const MissingScope&, const MissingScope&) = default;
};

// Returns which scope the caller's token lacks, so that a refusal can name it. Nothing if it lacks
// none, or has groups nevertheless.
std::optional<MissingScope> MissingScopeOf(const Policy& policy, const Caller& caller);

}  // namespace cis::server
