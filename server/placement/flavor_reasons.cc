// SPDX-License-Identifier: Apache-2.0
#include "server/placement/flavor_reasons.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/functional/function_ref.h"
#include "server/placement/filter_reasons.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/placement_index.h"

namespace cis::server {
namespace {

constexpr Checks kGpuChecks =
    Bit(FlavorCheck::kGpuAny) | Bit(FlavorCheck::kGpuMin) | Bit(FlavorCheck::kGpuMax) |
    Bit(FlavorCheck::kGpuVendor) | Bit(FlavorCheck::kGpuModel) | Bit(FlavorCheck::kGpuKind) |
    Bit(FlavorCheck::kGpuMemoryMin) | Bit(FlavorCheck::kGpuMemoryMax) |
    Bit(FlavorCheck::kTotalGpuMemoryMin) | Bit(FlavorCheck::kTotalGpuMemoryMax);

// The flavors that a reason is about: all whose failures satisfy `is_meant`.
struct RemainingFlavors {
  absl::Span<const Flavor* const> flavors;
  absl::Span<const Checks> failures;
  absl::FunctionRef<bool(Checks)> is_meant;
};

bool IsNearer(FlavorCheck check, int64_t value, int64_t than) {
  return IsUpperBound(check) ? value < than : value > than;
}

// Returns whether a flavor that fails a check reports the value that it fails by. A GPU and the
// allocation of CPUs must be reported to satisfy a requirement.
bool ReportsFailure(const Flavor& flavor, FlavorCheck check) {
  switch (check) {
    case FlavorCheck::kGpuAny:
      return flavor.gpu_count.has_value();
    case FlavorCheck::kGpuVendor:
      return !HasGpu(flavor) || !flavor.gpu_vendor.empty();
    case FlavorCheck::kGpuModel:
      return !HasGpu(flavor) || !flavor.gpu_model.empty();
    default:
      return Reports(flavor, check) || check == FlavorCheck::kGpuKind;
  }
}

// Returns the reason of `check` among the flavors that remain, with the nearest of them.
Reason NearestOfFlavors(FlavorCheck check, const RemainingFlavors& remaining,
                        const PlacementQuery& query) {
  Reason reason;
  reason.code = CodeOf(check);
  const Int64Bounds* bounds = BoundsOf(query, check);
  if (bounds != nullptr) reason.want = IsUpperBound(check) ? bounds->max : bounds->min;
  for (size_t i = 0; i < remaining.flavors.size(); ++i) {
    if (!remaining.is_meant(remaining.failures[i])) continue;
    const Flavor* flavor = remaining.flavors[i];
    ++reason.counted.count;
    if (!ReportsFailure(*flavor, check)) reason.counted.has_unreported = true;
    if (bounds != nullptr) {
      const std::optional<int64_t> value = ValueOf(*flavor, check);
      if (!value || (reason.best && !IsNearer(check, *value, *reason.best))) continue;
      reason.best = value;
      reason.flavor = flavor;
    } else if (reason.flavor == nullptr) {
      switch (check) {
        case FlavorCheck::kGpuAny:
          if (flavor->gpu_count) break;
          reason.code = ReasonCode::kGpuNotKnown;
          reason.flavor = flavor;
          break;
        case FlavorCheck::kGpuModel:
        case FlavorCheck::kGpuVendor:
        case FlavorCheck::kGpuKind:
          if (HasGpu(*flavor)) reason.flavor = flavor;
          break;
        case FlavorCheck::kArch:
        case FlavorCheck::kVolumeOnly:
        case FlavorCheck::kExcluded:
        case FlavorCheck::kPlacement:
        case FlavorCheck::kCpuAlloc:
          reason.flavor = flavor;
          break;
        default:
          break;
      }
    }
  }
  if (check == FlavorCheck::kGpuAny) {
    reason.want = std::max<int64_t>(1, query.gpu_count.min.value_or(1));
  }
  return reason;
}

// The checks that a flavor without any GPU fails too.
constexpr Checks kFollowsNoGpu = Bit(FlavorCheck::kGpuMin) | Bit(FlavorCheck::kGpuVendor) |
                                 Bit(FlavorCheck::kGpuModel) | Bit(FlavorCheck::kGpuKind);

// Returns the check that is the only one that the flavor fails, as a bit; 0 if there is none.
Checks OnlyFailure(Checks failure) {
  if ((failure & Bit(FlavorCheck::kGpuAny)) != 0) failure &= ~kFollowsNoGpu;
  return (failure & (failure - 1)) == 0 ? failure : 0;
}

// Returns whether a flavor that fails `other` passes `check` only because it lacks the thing that
// is checked: a GPU or a root disk.
bool IsVacuous(FlavorCheck check, FlavorCheck other) {
  if (other == FlavorCheck::kGpuAny) return (Bit(check) & kGpuChecks) != 0;
  return other == FlavorCheck::kVolumeOnly &&
         (check == FlavorCheck::kDiskMin || check == FlavorCheck::kDiskMax);
}

// Adds the nearest flavor that passes `check` and fails only one other check.
void AddOtherFlavors(FlavorCheck check, absl::Span<const Flavor* const> flavors,
                     absl::Span<const Checks> failures, Reason* reason) {
  std::optional<int64_t> nearest;
  for (size_t i = 0; i < flavors.size(); ++i) {
    const Checks only = OnlyFailure(failures[i]);
    if (only == 0 || (failures[i] & Bit(check)) != 0) continue;
    const auto other = static_cast<FlavorCheck>(FirstOf(only));
    if (IsVacuous(check, other)) continue;
    if (reason->other_flavor != nullptr && other != reason->other_flavor_fails) {
      if (other > reason->other_flavor_fails) continue;
      reason->other_flavor = nullptr;
    }
    const std::optional<int64_t> value = ValueOf(*flavors[i], other);
    const bool is_nearer =
        reason->other_flavor == nullptr || (value && nearest && IsNearer(other, *value, *nearest));
    if (!is_nearer) continue;
    reason->other_flavor = flavors[i];
    reason->other_flavor_fails = other;
    nearest = value;
  }
}

// `Query` is MachineRequest, const or not.
template <typename Query>
auto FindBounds(Query& query, FlavorCheck check) -> decltype(&query.vcpu_count) {
  switch (check) {
    case FlavorCheck::kCpuMin:
    case FlavorCheck::kCpuMax:
      return &query.vcpu_count;
    case FlavorCheck::kRamMin:
    case FlavorCheck::kRamMax:
      return &query.ram_mib;
    case FlavorCheck::kDiskMin:
    case FlavorCheck::kDiskMax:
      return &query.disk_gib;
    case FlavorCheck::kEphemeralMin:
    case FlavorCheck::kEphemeralMax:
      return &query.ephemeral_gib;
    case FlavorCheck::kGpuMin:
    case FlavorCheck::kGpuMax:
      return &query.gpu_count;
    case FlavorCheck::kGpuMemoryMin:
    case FlavorCheck::kGpuMemoryMax:
      return &query.gpu_memory_mib;
    case FlavorCheck::kTotalGpuMemoryMin:
    case FlavorCheck::kTotalGpuMemoryMax:
      return &query.total_gpu_memory_mib;
    default:
      return nullptr;
  }
}

}  // namespace

ReasonCode CodeOf(FlavorCheck check) {
  constexpr std::array<ReasonCode, kFlavorCheckCount> kCodes{ReasonCode::kFlavorNameMismatch,
                                                             ReasonCode::kFlavorExcluded,
                                                             ReasonCode::kPlacementExcluded,
                                                             ReasonCode::kCpuTooSmall,
                                                             ReasonCode::kCpuTooLarge,
                                                             ReasonCode::kRamTooSmall,
                                                             ReasonCode::kRamTooLarge,
                                                             ReasonCode::kFlavorVolumeOnly,
                                                             ReasonCode::kDiskTooSmall,
                                                             ReasonCode::kDiskTooLarge,
                                                             ReasonCode::kEphemeralTooSmall,
                                                             ReasonCode::kEphemeralTooLarge,
                                                             ReasonCode::kGpuNone,
                                                             ReasonCode::kGpuCountTooSmall,
                                                             ReasonCode::kGpuCountTooLarge,
                                                             ReasonCode::kGpuVendorMismatch,
                                                             ReasonCode::kGpuModelMismatch,
                                                             ReasonCode::kGpuKindMismatch,
                                                             ReasonCode::kGpuMemoryTooSmall,
                                                             ReasonCode::kGpuMemoryTooLarge,
                                                             ReasonCode::kTotalGpuMemoryTooSmall,
                                                             ReasonCode::kTotalGpuMemoryTooLarge,
                                                             ReasonCode::kCpuAllocMismatch,
                                                             ReasonCode::kArchMismatch};
  return kCodes[static_cast<size_t>(check)];
}

std::optional<FlavorCheck> FlavorCheckOf(ReasonCode code) {
  if (code == ReasonCode::kGpuNotKnown) return FlavorCheck::kGpuAny;
  for (uint32_t i = 0; i < kFlavorCheckCount; ++i) {
    if (CodeOf(static_cast<FlavorCheck>(i)) == code) return static_cast<FlavorCheck>(i);
  }
  return std::nullopt;
}

const Int64Bounds* BoundsOf(const MachineRequest& query, FlavorCheck check) {
  return FindBounds(query, check);
}

Int64Bounds* MutableBoundsOf(MachineRequest* query, FlavorCheck check) {
  return FindBounds(*query, check);
}

bool IsUpperBound(FlavorCheck check) {
  return check == FlavorCheck::kCpuMax || check == FlavorCheck::kRamMax ||
         check == FlavorCheck::kDiskMax || check == FlavorCheck::kEphemeralMax ||
         check == FlavorCheck::kGpuMax || check == FlavorCheck::kGpuMemoryMax ||
         check == FlavorCheck::kTotalGpuMemoryMax;
}

std::optional<int64_t> ValueOf(const Flavor& flavor, FlavorCheck check) {
  switch (check) {
    case FlavorCheck::kCpuMin:
    case FlavorCheck::kCpuMax:
      return flavor.vcpu_count;
    case FlavorCheck::kRamMin:
    case FlavorCheck::kRamMax:
      return flavor.ram_mib;
    case FlavorCheck::kDiskMin:
    case FlavorCheck::kDiskMax:
      if (IsVolumeOnly(flavor)) return std::nullopt;
      return flavor.disk_gib;
    case FlavorCheck::kEphemeralMin:
    case FlavorCheck::kEphemeralMax:
      return flavor.ephemeral_gib;
    case FlavorCheck::kGpuMin:
    case FlavorCheck::kGpuMax:
      if (!flavor.gpu_count) return std::nullopt;
      return static_cast<int64_t>(std::floor(*flavor.gpu_count));
    case FlavorCheck::kGpuMemoryMin:
    case FlavorCheck::kGpuMemoryMax:
      return flavor.gpu_memory_mib;
    case FlavorCheck::kTotalGpuMemoryMin:
    case FlavorCheck::kTotalGpuMemoryMax:
      return TotalGpuMemoryMib(flavor);
    default:
      return std::nullopt;
  }
}

bool Reports(const Flavor& flavor, FlavorCheck check) {
  switch (check) {
    case FlavorCheck::kGpuKind:
      return !flavor.gpu_kind.empty();
    case FlavorCheck::kCpuAlloc:
      return !flavor.cpu_alloc.empty();
    case FlavorCheck::kArch:
      return !flavor.arch.empty();
    case FlavorCheck::kName:
    case FlavorCheck::kExcluded:
    case FlavorCheck::kPlacement:
    case FlavorCheck::kVolumeOnly:
    case FlavorCheck::kGpuAny:
    case FlavorCheck::kGpuVendor:
    case FlavorCheck::kGpuModel:
      return true;
    default:
      return ValueOf(flavor, check).has_value();
  }
}

std::vector<Reason> ExplainFlavors(absl::Span<const Flavor* const> flavors,
                                   absl::Span<const Checks> failures, const PlacementQuery& query) {
  if (flavors.empty()) {
    Reason reason;
    reason.code = ReasonCode::kNoFlavorVisible;
    return {reason};
  }
  const Blocking blocking = BlockingOf(failures);
  const auto check = static_cast<FlavorCheck>(blocking.check);
  const auto was_left = [&](Checks failure) { return FirstOf(failure) == blocking.check; };
  std::vector<Reason> out{NearestOfFlavors(check, {flavors, failures, was_left}, query)};
  Reason& first = out.front();
  first.counted.passed = blocking.passed;
  for (size_t i = 0; i < flavors.size(); ++i) {
    if (!was_left(failures[i])) continue;
    first.counted.assumed |= WithoutReport<FlavorCheck>(
        blocking.passed, [&](FlavorCheck c) { return Reports(*flavors[i], c); });
  }
  AddOtherFlavors(check, flavors, failures, &first);
  // If no flavor has a GPU, it adds nothing that none is of the model.
  Checks also = blocking.failed_by_all & ~Bit(check);
  if ((blocking.failed_by_all & Bit(FlavorCheck::kGpuAny)) != 0) also &= ~kFollowsNoGpu;
  const auto any = [](Checks) { return true; };
  for (; also != 0; also &= also - 1) {
    const auto other = static_cast<FlavorCheck>(FirstOf(also));
    out.push_back(NearestOfFlavors(other, {flavors, failures, any}, query));
  }
  return out;
}

void AddFlavorNearMisses(absl::Span<const Flavor* const> flavors, absl::Span<const Checks> failures,
                         const PlacementQuery& query, NearMisses* out) {
  Checks found = 0;
  bool fails_for_gpu_only = false;
  for (size_t i = 0; i < flavors.size(); ++i) {
    const Checks only = OnlyFailure(failures[i]);
    if (only == 0) {
      const bool several = failures[i] != 0;
      fails_for_gpu_only = fails_for_gpu_only || (several && (failures[i] & ~kGpuChecks) == 0);
      continue;
    }
    const auto check = static_cast<FlavorCheck>(FirstOf(only));
    if (BoundsOf(query, check) == nullptr) {
      found |= only;
    } else if (const std::optional<int64_t> value = ValueOf(*flavors[i], check)) {
      out->values.push_back({check, *value});
    }
  }
  for (Checks rest = found; rest != 0; rest &= rest - 1) {
    const auto check = static_cast<FlavorCheck>(FirstOf(rest));
    const auto is_near = [check](Checks failure) { return OnlyFailure(failure) == Bit(check); };
    out->reasons.push_back(NearestOfFlavors(check, {flavors, failures, is_near}, query));
  }
  // Requirements for GPUs can only be dropped together.
  if (fails_for_gpu_only && (found & Bit(FlavorCheck::kGpuAny)) == 0) {
    const auto any = [](Checks) { return true; };
    out->reasons.push_back(NearestOfFlavors(FlavorCheck::kGpuAny, {flavors, failures, any}, query));
  }
}

std::vector<Reason> NearFlavors(absl::Span<const Flavor* const> flavors,
                                absl::Span<const Checks> failures, const PlacementQuery& query) {
  const auto any = [](Checks) { return true; };
  std::vector<Reason> out;
  for (size_t i = 0; i < flavors.size(); ++i) {
    const Checks only = OnlyFailure(failures[i]);
    if (only == 0 || only == Bit(FlavorCheck::kName) || only == Bit(FlavorCheck::kPlacement)) {
      continue;
    }
    const auto check = static_cast<FlavorCheck>(FirstOf(only));
    out.push_back(
        NearestOfFlavors(check, {flavors.subspan(i, 1), failures.subspan(i, 1), any}, query));
    out.back().flavor = flavors[i];
    out.back().counted = {};
  }
  return out;
}

}  // namespace cis::server
