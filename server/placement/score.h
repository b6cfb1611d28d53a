// SPDX-License-Identifier: Apache-2.0
#pragma once

// How good a placement is: a tier, a score with its parts, and a total order.

#include <string>
#include <vector>

#include "server/placement/placement.h"
#include "server/placement/placement_key.h"
#include "server/placement/search_context.h"

namespace cis::server {

// Fills downtime, confidence, tier, parts and score of a placement whose other fields are set.
void ScorePlacement(const SearchContext& context, Placement* placement);

PlacementRank RankOf(const Placement& placement);

// Returns a value less than, equal to or greater than zero if `a` comes before `b`, is equal to it
// or comes after it.
int CompareRanks(const PlacementRank& a, const PlacementRank& b);

PlacementKey KeyOf(const Placement& placement, const PlacementQuery& query);

// Returns whether a placement with key `a` comes before one with key `b`.
bool IsBefore(const PlacementKey& a, const PlacementKey& b, const PlacementQuery& query);

// For page tokens: the key as text, and back. ParsePlacementKey returns false if `parts` are not a
// key; the key points into `parts`.
std::vector<std::string> FormatPlacementKey(const PlacementKey& key);
bool ParsePlacementKey(const std::vector<std::string>& parts, PlacementKey* key);

}  // namespace cis::server
