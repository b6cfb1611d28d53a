// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where can a VO start a machine, and if nowhere, why? A pure function of a snapshot and a request.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "schema/model/data_state.h"
#include "server/placement/boot_choice.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_key.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"
#include "server/placement/serving_state.h"
#include "server/placement/work.h"

namespace cis::server {

// What could not be checked, one bit per check, in the order of cis.v1.PlacementUnknown. Unknown
// never excludes.
enum class Unknown : uint32_t {
  kVoSupport = 0,
  kFlavorSize,
  kFlavorArch,
  kImageArch,
  kImageSize,
  kGpu,
  kNetworkAttachable,
  kPublicV4,
  kPublicV6,
  kRouters,
  kQuota,
  kLoginUser,
  kSecurityGroup,
  kVolumeZone,
  kHost,
};
inline constexpr uint32_t kUnknownCount = 15;
using Unknowns = uint32_t;
constexpr Unknowns UnknownBit(Unknown unknown) { return 1U << static_cast<uint32_t>(unknown); }
// Returns "QUOTA" and so on: the value of cis.v1.PlacementUnknown without its prefix.
absl::string_view FormatUnknown(Unknown unknown);

// One way to start the machines. Pointers are valid as long as PlacementResult::index and the
// snapshot.
struct Placement {
  const IndexedShare* share = nullptr;
  const Flavor* flavor = nullptr;
  const IndexedImage* image = nullptr;
  const NetworkPlan* plan = nullptr;
  Confidence plan_confidence = Confidence::kUnknown;  // for the requested number of machines
  std::vector<const NetworkPlan*> fallbacks;          // as FallbacksOf (network_fit.h)
  std::optional<int64_t> boot_volume_gib;
  BootChoice boot;
  std::optional<int64_t> floating_ip_quota_free;  // -1 = unlimited
  PlacementTier tier = PlacementTier::kCertain;
  double score = 0;
  CriterionValues parts{};
  Confidence confidence = Confidence::kUnknown;
  DataState data_state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();
  const Downtime* downtime = nullptr;  // of its endpoint, running now; nullptr = none
  Unknowns unknowns = 0;
  const Flavor* smaller_flavor = nullptr;  // fits the request but not the image
  const Image* newer_image = nullptr;      // better, but does not fit the flavor

  // The number of the query's alternative that the placement is for; absent if the query has none.
  std::optional<size_t> alternative;
  // For a query with groups: what the machines of each group are started with, in the query's
  // order. The flavor, image, plan and boot choice of the placement itself are then those of the
  // first group.
  std::vector<Placement> groups;
  // For an entry of `groups`: the number of the other group whose plan creates or changes what this
  // group's plan needs too.
  std::optional<size_t> prepared_by;
  int64_t count = 1;  // for an entry of `groups`: its machines
  // For an entry of `groups`: the unattached floating IPs of its pool that the groups before it
  // take.
  int64_t floating_ips_taken = 0;
};

// What nearly fits at one share.
struct ShareDetails {
  std::vector<Reason> refused_pairs;  // flavor and image in each; at most kMaxRefusedPairs
  std::vector<Reason> near_misses;    // a flavor or an image in each; at most kMaxNearMisses
};
inline constexpr size_t kMaxRefusedPairs = 20;
inline constexpr size_t kMaxNearMisses = 20;

// The result for one share. If the query has alternatives, the blocking reason is that of the
// alternative that reaches the latest stage, and the reasons of the others come last. A share whose
// only placement rests on an assumption (NetworkPlan::is_assumed) does not fit.
struct ShareVerdict {
  const IndexedShare* share = nullptr;
  bool fits = false;
  std::optional<Stage> blocked_at;  // of the blocking reason; nothing if it fits
  std::vector<Reason> reasons;      // the blocking one first; only of ExplainPlacements
  Unknowns unknowns = 0;
  DataState data_state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();

  // The first reason that excludes it; nullptr if it fits.
  const Reason* blocking() const { return reasons.empty() ? nullptr : &reasons.front(); }
  // Further reasons of the same or later stages.
  absl::Span<const Reason> also() const {
    return absl::MakeConstSpan(reasons).subspan(reasons.empty() ? 0 : 1);
  }
};
struct FunnelStage {
  int32_t in_count = 0;
  int32_t out_count = 0;
};

// Something about the answer as a whole that a person should know.
struct AnswerWarning {
  std::string code;     // "VO_NOT_FOUND", "VO_NOT_VISIBLE", "OS_NOT_FOUND" or "SITE_NOT_FOUND"
  std::string message;  // one sentence
};

// A changed request that would add shares.
struct Relaxation {
  PlacementQuery query;                     // the whole request
  std::vector<std::string> changed_fields;  // paths of what differs: "machine.ram_mib.min"
  int32_t added_share_count = 0;
  std::vector<std::string> site_names;  // of the added shares, sorted, unique, at most 20
};

// A spelling suggestion.
struct Suggestion {
  std::string field;
  std::string value;
  std::vector<std::string> candidates;  // nearest first, at most 5
};

struct PlacementResult {
  std::shared_ptr<const PlacementIndex> index;
  std::vector<Placement> placements;   // of the page, in the requested order, which is total
  int64_t placement_count = 0;         // on all pages
  bool has_more = false;               // placements after the page
  std::vector<ShareVerdict> verdicts;  // in the order of Snapshot::shares()
  std::array<FunnelStage, kStageCount> funnel{};
  std::vector<AnswerWarning> warnings;
  std::vector<Relaxation> relaxations;  // only of ExplainPlacements
  std::vector<Suggestion> suggestions;  // likewise

  int32_t fit_count() const;  // shares that fit
};

// Selects a page of placements: those after the position `after` (nothing: from the first).
struct PlacementPage {
  std::optional<PlacementKey> after;
  size_t limit = SIZE_MAX;
};

// All functions are pure and deterministic: the result does not depend on the order of any input.
// If `work` ends before the search, the result is not complete and must not be used.

// Returns the placements: one for each share that fits, or all of them with query.all_combinations.
PlacementResult FindPlacements(const ServingState& state, const PlacementQuery& query,
                               absl::Time now, const FreshnessPolicy& policy,
                               const PlacementPage& page, Work* work);
// Returns all placements, without a limit on the work.
PlacementResult FindPlacements(const ServingState& state, const PlacementQuery& query,
                               absl::Time now, const FreshnessPolicy& policy);
// Returns the placements, the reasons of the shares that do not fit, and what would help.
PlacementResult ExplainPlacements(const ServingState& state, const PlacementQuery& query,
                                  absl::Time now, const FreshnessPolicy& policy, Work* work);
// The same without a limit on the work.
PlacementResult ExplainPlacements(const ServingState& state, const PlacementQuery& query,
                                  absl::Time now, const FreshnessPolicy& policy);

// Returns what nearly fits at each of `shares`, which are of `state.index`.
std::vector<ShareDetails> ExplainShares(const ServingState& state, const PlacementQuery& query,
                                        absl::Time now, const FreshnessPolicy& policy,
                                        absl::Span<const IndexedShare* const> shares, Work* work);

}  // namespace cis::server
