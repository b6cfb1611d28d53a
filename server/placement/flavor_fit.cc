#include "server/placement/flavor_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "schema/base/glob.h"
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

bool Below(const std::optional<int64_t>& value, const std::optional<int64_t>& min) {
  return value && min && *value < *min;
}

bool Above(const std::optional<int64_t>& value, const std::optional<int64_t>& max) {
  return value && max && *value > *max;
}

bool IsVolumeOnly(const Flavor& flavor) {
  return flavor.boot_from_volume || flavor.disk_gib == std::optional<int64_t>(0);
}

bool MatchesModel(const Flavor& flavor, const PlacementQuery& query) {
  if (flavor.gpu_model.empty()) return false;
  for (const absl::string_view word : absl::StrSplit(query.gpu_model, ' ', absl::SkipEmpty())) {
    if (!ContainsIgnoreCase(flavor.gpu_model, word) &&
        !ContainsIgnoreCase(flavor.gpu_vendor, word)) {
      return false;
    }
  }
  return true;
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
  if (!query.gpu_kind.empty() && !flavor.gpu_kind.empty() && flavor.gpu_kind != query.gpu_kind) {
    out |= Bit(kGpuKind);
  }
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

// The reason of `check` among the flavors that `remaining` holds, with the one that comes nearest.
Reason Nearest(uint32_t check, const std::vector<const Flavor*>& remaining,
               const PlacementQuery& query) {
  Reason reason;
  reason.code = kCodes[check];
  const Int64Bounds* bounds = BoundsOf(query, check);
  const bool upper = IsUpperBound(check);
  if (bounds != nullptr) reason.want = upper ? bounds->max : bounds->min;
  for (const Flavor* flavor : remaining) {
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

}  // namespace

bool HasGpu(const Flavor& flavor) {
  if (flavor.gpu_count) return *flavor.gpu_count > 0;
  return !flavor.gpu_model.empty() || !flavor.gpu_vendor.empty() || !flavor.gpu_kind.empty();
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
  std::vector<Reason> out;
  std::vector<const Flavor*> remaining(flavors.begin(), flavors.end());
  FlavorFailures passed = 0;
  uint32_t blocking = kCheckCount;
  for (uint32_t check = 0; check < kCheckCount && blocking == kCheckCount; ++check) {
    std::vector<const Flavor*> left;
    for (size_t i = 0; i < flavors.size(); ++i) {
      if ((failures[i] & (passed | Bit(check))) == 0) left.push_back(flavors[i]);
    }
    if (left.empty()) {
      out.push_back(Nearest(check, remaining, query));
      blocking = check;
    }
    passed |= Bit(check);
    remaining = std::move(left);
  }
  FlavorFailures all = ~FlavorFailures{0};
  for (const FlavorFailures failure : failures) all &= failure;
  const std::vector<const Flavor*> everything(flavors.begin(), flavors.end());
  for (uint32_t check = 0; check < kCheckCount; ++check) {
    if (check != blocking && (all & Bit(check)) != 0) {
      out.push_back(Nearest(check, everything, query));
    }
  }
  return out;
}

std::vector<Reason> FlavorNearMisses(absl::Span<const Flavor* const> flavors,
                                     absl::Span<const FlavorFailures> failures,
                                     const PlacementQuery& query) {
  std::vector<Reason> out;
  for (uint32_t check = 0; check < kCheckCount; ++check) {
    std::vector<const Flavor*> failing;
    for (size_t i = 0; i < flavors.size(); ++i) {
      // A flavor without any GPU also fails the wishes for its number and make.
      const FlavorFailures gpu = Bit(kGpuAny) | Bit(kGpuMin) | Bit(kGpuVendor) | Bit(kGpuModel);
      const FlavorFailures ignored = check == kGpuAny ? gpu & ~Bit(kGpuAny) : 0;
      if ((failures[i] & ~ignored) == Bit(check)) failing.push_back(flavors[i]);
    }
    if (!failing.empty()) out.push_back(Nearest(check, failing, query));
  }
  return out;
}

}  // namespace cis
