#include "server/placement/flavor_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/numeric/bits.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/glob.h"
#include "server/placement/gpu_kinds.h"
#include "server/placement/text.h"

namespace cis {
namespace {

// Bits of FlavorFailures in the order of the checks.
enum Check : uint32_t {
  kName = 0,
  kExcluded,
  kCpuMin,
  kCpuMax,
  kRamMin,
  kRamMax,
  kVolumeOnly,
  kDiskMin,
  kDiskMax,
  kEphemeralMin,
  kEphemeralMax,
  kGpuAny,
  kGpuMin,
  kGpuMax,
  kGpuVendor,
  kGpuModel,
  kGpuKind,
  kGpuMemoryMin,
  kGpuMemoryMax,
  kCpuAlloc,
  kArch,
};
constexpr uint32_t kCheckCount = kArch + 1;

constexpr std::array<ReasonCode, kCheckCount> kCodes{
    ReasonCode::kFlavorNameMismatch, ReasonCode::kFlavorExcluded,    ReasonCode::kCpuTooSmall,
    ReasonCode::kCpuTooLarge,        ReasonCode::kRamTooSmall,       ReasonCode::kRamTooLarge,
    ReasonCode::kFlavorVolumeOnly,   ReasonCode::kDiskTooSmall,      ReasonCode::kDiskTooLarge,
    ReasonCode::kEphemeralTooSmall,  ReasonCode::kEphemeralTooLarge, ReasonCode::kGpuNone,
    ReasonCode::kGpuCountTooSmall,   ReasonCode::kGpuCountTooLarge,  ReasonCode::kGpuVendorMismatch,
    ReasonCode::kGpuModelMismatch,   ReasonCode::kGpuKindMismatch,   ReasonCode::kGpuMemoryTooSmall,
    ReasonCode::kGpuMemoryTooLarge,  ReasonCode::kCpuAllocMismatch,  ReasonCode::kArchMismatch};

constexpr FlavorFailures Bit(uint32_t check) { return 1U << check; }
constexpr FlavorFailures kGpuChecks = Bit(kGpuAny) | Bit(kGpuMin) | Bit(kGpuMax) | Bit(kGpuVendor) |
                                      Bit(kGpuModel) | Bit(kGpuKind) | Bit(kGpuMemoryMin) |
                                      Bit(kGpuMemoryMax);

// The first check that fails; there must be one.
uint32_t FirstOf(FlavorFailures failures) {
  return static_cast<uint32_t>(absl::countr_zero(failures));
}

bool Below(const std::optional<int64_t>& value, const std::optional<int64_t>& min) {
  return value && min && *value < *min;
}

bool Above(const std::optional<int64_t>& value, const std::optional<int64_t>& max) {
  return value && max && *value > *max;
}

bool MatchesModel(const Flavor& flavor, const PlacementQuery& query) {
  return !flavor.gpu_model.empty() &&
         HoldsWords(absl::StrCat(flavor.gpu_vendor, " ", flavor.gpu_model), query.gpu_model);
}

// Nova shares CPUs unless a flavor says otherwise, so only "shared" goes without saying.
bool MatchesCpuAlloc(const Flavor& flavor, const std::string& wanted) {
  return wanted == "shared" ? flavor.cpu_alloc != "dedicated" : flavor.cpu_alloc == wanted;
}

bool MatchesAny(const std::vector<std::string>& globs, const Flavor& flavor) {
  return std::any_of(globs.begin(), globs.end(), [&flavor](const std::string& glob) {
    return MatchesGlob(glob, flavor.name) || glob == flavor.id;
  });
}

FlavorFailures CheckGpu(const Flavor& flavor, const PlacementQuery& query) {
  FlavorFailures out = 0;
  if (query.gpu_count.max && flavor.gpu_count &&
      *flavor.gpu_count > static_cast<double>(*query.gpu_count.max)) {
    out |= Bit(kGpuMax);
  }
  if (!query.WantsGpu()) return out;
  if (!HasGpu(flavor)) out |= Bit(kGpuAny);
  if (query.gpu_count.min && flavor.gpu_count &&
      *flavor.gpu_count < static_cast<double>(*query.gpu_count.min)) {
    out |= Bit(kGpuMin);
  }
  if (!query.gpu_vendor.empty() && !absl::EqualsIgnoreCase(flavor.gpu_vendor, query.gpu_vendor)) {
    out |= Bit(kGpuVendor);
  }
  if (!query.gpu_model.empty() && !MatchesModel(flavor, query)) out |= Bit(kGpuModel);
  if (!query.gpu_kind.empty() && !MayBeOfGpuKind(flavor, query.gpu_kind)) out |= Bit(kGpuKind);
  if (Below(flavor.gpu_memory_mib, query.gpu_memory_mib.min)) out |= Bit(kGpuMemoryMin);
  if (Above(flavor.gpu_memory_mib, query.gpu_memory_mib.max)) out |= Bit(kGpuMemoryMax);
  return out;
}

std::optional<int64_t> ValueOf(const Flavor& flavor, uint32_t check) {
  switch (check) {
    case kCpuMin:
    case kCpuMax:
      return flavor.vcpu_count;
    case kRamMin:
    case kRamMax:
      return flavor.ram_mib;
    case kDiskMin:
    case kDiskMax:
      return flavor.disk_gib;
    case kEphemeralMin:
    case kEphemeralMax:
      return flavor.ephemeral_gib;
    case kGpuMin:
    case kGpuMax:
      if (!flavor.gpu_count) return std::nullopt;
      return static_cast<int64_t>(std::floor(*flavor.gpu_count));
    case kGpuMemoryMin:
    case kGpuMemoryMax:
      return flavor.gpu_memory_mib;
    default:
      return std::nullopt;
  }
}

const Int64Bounds* BoundsOf(const PlacementQuery& query, uint32_t check) {
  switch (check) {
    case kCpuMin:
    case kCpuMax:
      return &query.vcpu_count;
    case kRamMin:
    case kRamMax:
      return &query.ram_mib;
    case kDiskMin:
    case kDiskMax:
      return &query.disk_gib;
    case kEphemeralMin:
    case kEphemeralMax:
      return &query.ephemeral_gib;
    case kGpuMin:
    case kGpuMax:
      return &query.gpu_count;
    case kGpuMemoryMin:
    case kGpuMemoryMax:
      return &query.gpu_memory_mib;
    default:
      return nullptr;
  }
}

bool IsUpperBound(uint32_t check) {
  return check == kCpuMax || check == kRamMax || check == kDiskMax || check == kEphemeralMax ||
         check == kGpuMax || check == kGpuMemoryMax;
}

// The flavors that a reason speaks of: all whose failures satisfy `is_meant`.
struct Remaining {
  absl::Span<const Flavor* const> flavors;
  absl::Span<const FlavorFailures> failures;
  absl::FunctionRef<bool(FlavorFailures)> is_meant;
};

// The reason of `check` among the flavors that remain, with the one that comes nearest.
Reason Nearest(uint32_t check, const Remaining& remaining, const PlacementQuery& query) {
  Reason reason;
  reason.code = kCodes[check];
  const Int64Bounds* bounds = BoundsOf(query, check);
  const bool upper = IsUpperBound(check);
  if (bounds != nullptr) reason.want = upper ? bounds->max : bounds->min;
  for (size_t i = 0; i < remaining.flavors.size(); ++i) {
    if (!remaining.is_meant(remaining.failures[i])) continue;
    const Flavor* flavor = remaining.flavors[i];
    if (bounds != nullptr) {
      const std::optional<int64_t> value = ValueOf(*flavor, check);
      if (!value || (reason.best && (upper ? *value >= *reason.best : *value <= *reason.best))) {
        continue;
      }
      reason.best = value;
      reason.flavor = flavor;
    } else if (check == kGpuAny) {
      if (!flavor->gpu_count && reason.flavor == nullptr) {
        reason.code = ReasonCode::kGpuNotKnown;
        reason.flavor = flavor;
      }
    } else if (check == kGpuModel || check == kGpuVendor || check == kGpuKind) {
      if (reason.flavor == nullptr && HasGpu(*flavor)) reason.flavor = flavor;
    } else if (check == kArch || check == kVolumeOnly || check == kExcluded || check == kCpuAlloc) {
      if (reason.flavor == nullptr) reason.flavor = flavor;
    }
  }
  if (check == kGpuAny) reason.want = std::max<int64_t>(1, query.gpu_count.min.value_or(1));
  return reason;
}

// The check that alone keeps the flavor out, as a bit; 0 if there is none.
FlavorFailures OnlyFailure(FlavorFailures failure) {
  // A flavor without any GPU also fails the wishes for its number and make.
  constexpr FlavorFailures kFollows =
      Bit(kGpuMin) | Bit(kGpuVendor) | Bit(kGpuModel) | Bit(kGpuKind);
  if ((failure & Bit(kGpuAny)) != 0) failure &= ~kFollows;
  return (failure & (failure - 1)) == 0 ? failure : 0;
}

// The reasons of a bound with the values that come nearest, and with the one that is farthest:
// flavors between them may be kept out by their images or by quotas.
void AddNearValues(uint32_t check, const Remaining& near, const PlacementQuery& query,
                   std::vector<Reason>* out) {
  constexpr size_t kNearest = 2;
  const bool upper = IsUpperBound(check);
  std::vector<std::pair<int64_t, const Flavor*>> values;
  for (size_t i = 0; i < near.flavors.size(); ++i) {
    const std::optional<int64_t> value = ValueOf(*near.flavors[i], check);
    if (value && near.is_meant(near.failures[i])) values.emplace_back(*value, near.flavors[i]);
  }
  std::stable_sort(values.begin(), values.end(), [upper](const auto& a, const auto& b) {
    return upper ? a.first < b.first : a.first > b.first;
  });
  values.erase(std::unique(values.begin(), values.end(),
                           [](const auto& a, const auto& b) { return a.first == b.first; }),
               values.end());
  for (size_t i = 0; i < values.size(); ++i) {
    if (i >= kNearest && i + 1 < values.size()) continue;
    Reason reason;
    reason.code = kCodes[check];
    reason.want = upper ? BoundsOf(query, check)->max : BoundsOf(query, check)->min;
    reason.best = values[i].first;
    reason.flavor = values[i].second;
    out->push_back(reason);
  }
}

}  // namespace

bool HasGpu(const Flavor& flavor) {
  if (flavor.gpu_count) return *flavor.gpu_count > 0;
  return !flavor.gpu_model.empty() || !flavor.gpu_vendor.empty() || !flavor.gpu_kind.empty();
}

bool AsksSizesOnly(const PlacementQuery& query) {
  return query.flavor_globs.empty() && query.excluded_flavor_globs.empty() &&
         query.allow_boot_from_volume && !query.gpu_count.any() && !query.WantsGpu() &&
         query.cpu_alloc.empty() && query.arch.empty();
}

FlavorFailures CheckFlavor(const Flavor& flavor, const PlacementQuery& query) {
  FlavorFailures out = 0;
  const auto fails = [&out](bool failed, uint32_t check) {
    if (failed) out |= Bit(check);
  };
  fails(!query.flavor_globs.empty() && !MatchesAny(query.flavor_globs, flavor), kName);
  fails(MatchesAny(query.excluded_flavor_globs, flavor), kExcluded);
  fails(Below(flavor.vcpu_count, query.vcpu_count.min), kCpuMin);
  fails(Above(flavor.vcpu_count, query.vcpu_count.max), kCpuMax);
  fails(Below(flavor.ram_mib, query.ram_mib.min), kRamMin);
  fails(Above(flavor.ram_mib, query.ram_mib.max), kRamMax);
  if (IsVolumeOnly(flavor)) {
    fails(!query.allow_boot_from_volume, kVolumeOnly);
  } else {
    fails(Below(flavor.disk_gib, query.disk_gib.min), kDiskMin);
    fails(Above(flavor.disk_gib, query.disk_gib.max), kDiskMax);
  }
  fails(Below(flavor.ephemeral_gib, query.ephemeral_gib.min), kEphemeralMin);
  fails(Above(flavor.ephemeral_gib, query.ephemeral_gib.max), kEphemeralMax);
  out |= CheckGpu(flavor, query);
  fails(!query.cpu_alloc.empty() && !MatchesCpuAlloc(flavor, query.cpu_alloc), kCpuAlloc);
  fails(!query.arch.empty() && !flavor.arch.empty() && flavor.arch != query.arch &&
            !(query.arch == "i686" && flavor.arch == "x86_64"),
        kArch);
  return out;
}

std::vector<Reason> ExplainFlavors(absl::Span<const Flavor* const> flavors,
                                   absl::Span<const FlavorFailures> failures,
                                   const PlacementQuery& query) {
  if (flavors.empty()) {
    Reason reason;
    reason.code = ReasonCode::kNoFlavorVisible;
    return {reason};
  }
  // A flavor is left until the first check that it fails; the check that refuses the last blocks.
  uint32_t blocking = 0;
  FlavorFailures all = ~FlavorFailures{0};
  for (const FlavorFailures failure : failures) {
    blocking = std::max(blocking, FirstOf(failure));
    all &= failure;
  }
  const auto was_left = [blocking](FlavorFailures failure) { return FirstOf(failure) == blocking; };
  std::vector<Reason> out{Nearest(blocking, {flavors, failures, was_left}, query)};
  const auto any = [](FlavorFailures) { return true; };
  for (uint32_t check = 0; check < kCheckCount; ++check) {
    if (check != blocking && (all & Bit(check)) != 0) {
      out.push_back(Nearest(check, {flavors, failures, any}, query));
    }
  }
  return out;
}

std::vector<Reason> FlavorNearMisses(absl::Span<const Flavor* const> flavors,
                                     absl::Span<const FlavorFailures> failures,
                                     const PlacementQuery& query) {
  FlavorFailures found = 0;
  bool fails_for_gpu_only = false;
  for (const FlavorFailures failure : failures) {
    found |= OnlyFailure(failure);
    const bool several = failure != 0 && OnlyFailure(failure) == 0;
    fails_for_gpu_only = fails_for_gpu_only || (several && (failure & ~kGpuChecks) == 0);
  }
  std::vector<Reason> out;
  for (uint32_t check = 0; check < kCheckCount; ++check) {
    if ((found & Bit(check)) == 0) continue;
    const auto is_near = [check](FlavorFailures failure) {
      return OnlyFailure(failure) == Bit(check);
    };
    const Remaining near{flavors, failures, is_near};
    if (BoundsOf(query, check) != nullptr) {
      AddNearValues(check, near, query, &out);
    } else {
      out.push_back(Nearest(check, near, query));
    }
  }
  // Wishes about GPUs may be given up together only.
  if (fails_for_gpu_only && (found & Bit(kGpuAny)) == 0) {
    const auto any = [](FlavorFailures) { return true; };
    out.push_back(Nearest(kGpuAny, {flavors, failures, any}, query));
  }
  return out;
}

}  // namespace cis
