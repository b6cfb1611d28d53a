#pragma once

// How good a placement is: a tier, a score with its parts, and a total order.

#include <string>
#include <vector>

#include "server/placement/placement.h"
#include "server/placement/search_context.h"

namespace cis {

// Fills downtime, confidence, tier, parts and score of a placement whose other fields are set.
void ScorePlacement(const SearchContext& context, Placement* placement);

// What decides first between placements: numbers only.
struct PlacementRank {
  PlacementTier tier = PlacementTier::kCertain;  // lower first
  double score = 0;  // higher first
  bool needs_steps = false;
  double gpu_count = 0;
  int64_t vcpu_count = 0;
  int64_t ram_mib = 0;
  int64_t disk_gib = 0;
};
PlacementRank RankOf(const Placement& placement);

// Less than, equal to or greater than zero as `a` stands before, beside or behind `b`.
int CompareRanks(const PlacementRank& a, const PlacementRank& b);

// Where a placement stands in the order. Text points into the snapshot, or into the strings that
// were parsed.
struct PlacementKey {
  double primary = 0;            // of order_by; smaller first
  absl::string_view os_distro;   // with PlacementOrder::kOsVersion
  absl::string_view os_version;  // likewise
  PlacementRank rank;
  absl::string_view site;
  absl::string_view vo;
  absl::string_view keystone_url;
  absl::string_view region;
  absl::string_view project_key;
  absl::string_view flavor_id;
  absl::string_view image_id;
  absl::string_view network_id;
  absl::string_view pool_id;
  absl::string_view subnet_id;
  absl::string_view subnet_pool_id;
  absl::string_view zone;
  int plan_kind = 0;
};
PlacementKey KeyOf(const Placement& placement, const PlacementQuery& query);

// Whether a placement with key `a` stands before one with key `b`.
bool IsBefore(const PlacementKey& a, const PlacementKey& b, const PlacementQuery& query);

// For page tokens: the key as text, and back. ParsePlacementKey returns false if `parts` are not a
// key; the key points into `parts`.
std::vector<std::string> FormatPlacementKey(const PlacementKey& key);
bool ParsePlacementKey(const std::vector<std::string>& parts, PlacementKey* key);

}  // namespace cis
