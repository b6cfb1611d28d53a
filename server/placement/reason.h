// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why something does not fit. A reason is a code with numbers and pointers; its sentence is made
// only if the reason is returned. Unknown is never a reason.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/model/records.h"
#include "server/placement/checks.h"
#include "server/placement/placement_query.h"
#include "server/placement/quota_resource.h"

namespace cis::server {

// In the order in which a share must pass them.
enum class Stage {
  kVo = 0,
  kSite,
  kAuth,
  kFreshness,
  kFlavor,
  kImage,
  kPair,
  kNetwork,
  kQuota,
};
inline constexpr int kStageCount = 9;

// Within a stage, in the order in which the checks are made. README.md explains each.
enum class ReasonCode {
  kVoNotConfigured = 0,
  kSiteNotConfigured,
  kSiteNotSelected,
  kSiteExcluded,
  kCountryNotSelected,
  kCountryExcluded,
  kShareExcluded,
  kAuthRefused,
  kSiteUnreachable,
  kDataMissing,
  kDataExpired,
  kDataStale,
  kNoFlavorVisible,
  kFlavorNameMismatch,
  kFlavorExcluded,
  kPlacementExcluded,
  kCpuTooSmall,
  kCpuTooLarge,
  kRamTooSmall,
  kRamTooLarge,
  kFlavorVolumeOnly,
  kDiskTooSmall,
  kDiskTooLarge,
  kEphemeralTooSmall,
  kEphemeralTooLarge,
  kGpuNone,
  kGpuNotKnown,
  kGpuCountTooSmall,
  kGpuCountTooLarge,
  kGpuVendorMismatch,
  kGpuModelMismatch,
  kGpuKindMismatch,
  kGpuMemoryTooSmall,
  kGpuMemoryTooLarge,
  kTotalGpuMemoryTooSmall,
  kTotalGpuMemoryTooLarge,
  kCpuAllocMismatch,
  kArchMismatch,
  kNoImageVisible,
  kImageNotFound,
  kImageNameMismatch,
  kImageExcluded,
  kImageNotActive,
  kImageHidden,
  kImageNotOffered,
  kImagePropertyRefused,
  kOsNotFound,
  kOsVersionUnknown,
  kOsVersionTooOld,
  kOsVersionTooNew,
  kOsVersionMismatch,
  kImageArchMismatch,
  kImageMinRamGtFlavor,
  kImageMinDiskGtFlavor,
  kImageSizeGtDisk,
  kImageVirtualSizeGtDisk,
  kImageFlavorArchMismatch,
  kImageFlavorTraitConflict,
  kImageFlavorPropertyConflict,
  kBootVolumeTooLarge,
  kNetNone,
  kNetNotFound,
  kNetDown,
  kNetNotAttachable,
  kNetNoPublicV4,
  kNetNoPublicV6,
  kNetNotBothFamilies,
  kNetNoRouter,
  kNetOnlyPublic,
  kNetRouterUnseen,
  kNetTooFewAddresses,
  kNetNotInZone,
  kNetPlanChanged,
  kQuotaZero,
  kQuotaExhausted,
  kQuotaVolumeTooLarge,
  kZoneUnavailable,
  kZoneNotFound,
};
inline constexpr int kReasonCodeCount = static_cast<int>(ReasonCode::kZoneNotFound) + 1;

// Returns "RAM_TOO_SMALL" and so on: the value of cis.v1.ReasonCode without its prefix.
absl::string_view FormatReasonCode(ReasonCode code);
Stage StageOf(ReasonCode code);

// Returns the path of the request field that is not satisfied, such as "machine.ram_mib.min"; empty
// if it is not a single field.
absl::string_view FieldOf(ReasonCode code);

// What the numbers of a reason count.
enum class ReasonUnit { kNone = 0, kVcpu, kMib, kGib, kGpu, kBytes, kSeconds, kCount };

// Parts of a request, one bit per part.
using Fields = uint32_t;
inline constexpr Fields kSiteFields = 1;
inline constexpr Fields kAgeFields = 2;
inline constexpr Fields kMachineFields = 4;
inline constexpr Fields kImageFields = 8;
inline constexpr Fields kNetworkFields = 16;
inline constexpr Fields kCountFields = 32;

// What a reason is about.
struct Counted {
  // The number of flavors, images, or pairs of both that were checked, all of which fail. 0 for
  // other reasons, and for those about a single flavor or image.
  int64_t count = 0;
  // The checks (FlavorCheck or ImageCheck, by the stage of the reason) that the counted ones pass,
  // and that no other flavor or image of the share passes together; 0 = all of the share were
  // checked.
  Checks passed = 0;
  // The part of `passed` that some of them pass only because nothing is reported.
  Checks assumed = 0;
  // Whether one of the counted fails because it does not report a value, so that it may satisfy the
  // requirement after all.
  bool has_unreported = false;

  friend bool operator==(const Counted&, const Counted&) = default;
};

// Pointers are valid as long as the snapshot that answered.
struct Reason {
  ReasonCode code = ReasonCode::kVoNotConfigured;
  std::optional<QuotaResource> quota;  // for reasons about quotas
  std::optional<int64_t> want;         // in the reason's unit; bytes for sizes of images
  std::optional<int64_t> best;
  const Flavor* flavor = nullptr;           // the one that has `best`
  const Image* image = nullptr;             // the one that has `best`, or the image of a pair
  const Network* network = nullptr;         // the nearest one
  const Network* leads_to = nullptr;        // where a router of the named network leads
  const KindState* kind = nullptr;          // data that is missing, old or failing
  const VolumeType* volume_type = nullptr;  // the type whose quota it is; nullptr = of all volumes
  const Flavor* needed_by = nullptr;        // the flavor whose machines need `want` of a quota
  // The groups or alternatives of the query that the reason is about, one bit each by number; 0 =
  // the query has none, or the reason is about the share whatever they require.
  uint16_t parts = 0;
  Counted counted;
  // A flavor or image outside `counted` that satisfies this requirement and fails only one other
  // check; nullptr if there is none.
  const Flavor* other_flavor = nullptr;
  const Image* other_image = nullptr;
  FlavorCheck other_flavor_fails = FlavorCheck::kName;
  ImageCheck other_image_fails = ImageCheck::kNamed;

  friend bool operator==(const Reason&, const Reason&) = default;
};

// The bit in Reason::parts of the group or alternative with that number; and the bits of the first
// `count` of them.
constexpr uint16_t PartBit(size_t part) { return static_cast<uint16_t>(1U << part); }
constexpr uint16_t FirstParts(size_t count) { return static_cast<uint16_t>(PartBit(count) - 1); }

// Returns whether the reason is about the group or alternative with that number.
constexpr bool IsAbout(const Reason& reason, size_t part) {
  return (reason.parts & PartBit(part)) != 0;
}

// Keeps only the first of several reasons that are equal and about the same parts.
void DropRepeated(std::vector<Reason>* reasons);

ReasonUnit UnitOf(const Reason& reason);

// Returns the parts of a request whose change may remove the reason; 0 = none.
Fields AnsweredBy(const Reason& reason);

// Returns the only group or alternative that the reason is about; nullptr if there is not exactly
// one.
const MachineRequest* PartOf(const Reason& reason, const PlacementQuery& query);

// Returns what is required and what comes nearest, for reasons whose want and best are not numbers:
// a name, a version or another word; empty if there is none. The first is at most kMaxShownBytes of
// what the caller wrote.
inline constexpr size_t kMaxShownBytes = 100;
std::string WantedWord(const Reason& reason, const PlacementQuery& query);
std::string BestWord(const Reason& reason);

// Returns the whole reason in one sentence, without a full stop.
std::string FormatReason(const Reason& reason, const PlacementQuery& query);

// Returns |want - best| / want in percent; absent if either is not a number.
std::optional<double> GapPercent(const Reason& reason);

}  // namespace cis::server
