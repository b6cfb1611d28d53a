#pragma once

// Where can a VO start a machine, and if nowhere, why? A pure function of a snapshot and a request.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/placement/boot_choice.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"
#include "server/snapshot/data_state.h"
#include "server/snapshot/snapshot.h"

namespace cis {

// What could not be checked, one bit each. Unknown never excludes.
enum class Unknown : uint32_t {
  kVoSupport = 0,
  kFlavorSize,
  kFlavorArch,
  kImageArch,
  kImageSize,
  kGpu,
  kAttach,
  kPublicV4,
  kPublicV6,
  kRouters,
  kQuota,
  kLoginUser,
  kHost,
  kSecurityGroup,
  kVolumeZone,
};
inline constexpr uint32_t kUnknownCount = 15;
using Unknowns = uint32_t;
constexpr Unknowns UnknownBit(Unknown unknown) { return 1U << static_cast<uint32_t>(unknown); }
// "QUOTA_UNKNOWN" and so on.
absl::string_view FormatUnknown(Unknown unknown);

// "fit", "network", "os", "health", "freshness".
absl::string_view FormatCriterion(Criterion criterion);

// One way to start the machine. Pointers live as long as PlacementResult::index and the snapshot.
struct Placement {
  const IndexedShare* share = nullptr;
  const Flavor* flavor = nullptr;
  const IndexedImage* image = nullptr;
  const NetworkPlan* plan = nullptr;
  Confidence plan_confidence = Confidence::kUnknown;  // for as many machines as are asked for
  std::vector<const NetworkPlan*> fallbacks;          // as FallbacksOf (network_fit.h)
  std::optional<int64_t> boot_volume_gib;
  BootChoice boot;
  std::optional<int64_t> floating_ip_quota_free;  // -1 = unlimited
  int bucket = 0;                                 // 0 is best; see README.md
  double score = 0;
  CriterionValues parts{};
  Confidence confidence = Confidence::kUnknown;
  DataState data_state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();
  const Downtime* downtime = nullptr;  // of its endpoint, running now; nullptr = none
  Unknowns unknowns = 0;
  const Flavor* smaller_flavor = nullptr;  // fits the request but not the image
  const Image* newer_image = nullptr;      // better, but does not fit the flavor
};

// What became of one share. A share whose only placement rests on an assumption
// (NetworkPlan::is_assumed) does not fit.
struct ShareVerdict {
  const IndexedShare* share = nullptr;
  bool fits = false;
  std::vector<Reason> reasons;  // the blocking one first; empty if it fits
  Unknowns unknowns = 0;
  DataState data_state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();
  std::vector<Reason> refused_pairs;  // flavor and image in each; at most kMaxRefusedPairs

  // The first reason that excludes it; nullptr if it fits.
  const Reason* blocking() const { return reasons.empty() ? nullptr : &reasons.front(); }
  // Further reasons of the same or later stages.
  absl::Span<const Reason> also() const {
    return absl::MakeConstSpan(reasons).subspan(reasons.empty() ? 0 : 1);
  }
};
inline constexpr size_t kMaxRefusedPairs = 20;

struct FunnelStage {
  int32_t in_count = 0;
  int32_t out_count = 0;
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
  std::vector<Placement> placements;   // all, in the order asked for; a total order
  std::vector<ShareVerdict> verdicts;  // in the order of Snapshot::shares()
  std::array<FunnelStage, kStageCount> funnel{};
  std::vector<Relaxation> relaxations;
  std::vector<Suggestion> suggestions;
  std::vector<std::string> notes;
};

// Pure and deterministic: the answer does not depend on the order of any input. One placement for
// each share that fits, all of them with query.all_combinations.
PlacementResult FindPlacements(const Snapshot& snapshot, const PlacementQuery& query,
                               absl::Time now, const FreshnessPolicy& policy);

// As above over an index of that snapshot.
PlacementResult FindPlacements(const Snapshot& snapshot,
                               std::shared_ptr<const PlacementIndex> index,
                               const PlacementQuery& query, absl::Time now,
                               const FreshnessPolicy& policy);

}  // namespace cis
