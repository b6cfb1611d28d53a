// SPDX-License-Identifier: Apache-2.0
#pragma once

// The position of a placement in the order of results.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace cis::server {

// How good a placement is, before its score; README.md has the rules. In the order of
// cis.v1.PlacementTier.
enum class PlacementTier { kCertain = 0, kUncertain, kNeedsSteps, kStale, kDowntime, kAssumed };
inline constexpr int kPlacementTierCount = 6;

// The numbers that are compared first between placements.
struct PlacementRank {
  PlacementTier tier = PlacementTier::kCertain;  // lower first
  double score = 0;                              // higher first
  bool needs_steps = false;
  double gpu_count = 0;
  int64_t vcpu_count = 0;
  int64_t ram_mib = 0;
  int64_t disk_gib = 0;
};

// The position of a placement in the order. Texts point into the snapshot, or into the strings that
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

}  // namespace cis::server
