// SPDX-License-Identifier: Apache-2.0
#include "server/placement/flavor_fit.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/glob.h"
#include "server/placement/gpu_kinds.h"
#include "server/placement/text.h"

namespace cis::server {
namespace {

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

// Nova shares CPUs unless a flavor requests otherwise, so only "shared" may be unreported.
bool MatchesCpuAlloc(const Flavor& flavor, const std::string& wanted) {
  return wanted == "shared" ? flavor.cpu_alloc != "dedicated" : flavor.cpu_alloc == wanted;
}

bool MatchesAny(const std::vector<std::string>& globs, const Flavor& flavor) {
  return std::any_of(globs.begin(), globs.end(), [&flavor](const std::string& glob) {
    return MatchesGlob(glob, flavor.name) || glob == flavor.id;
  });
}

Checks CheckGpu(const Flavor& flavor, const PlacementQuery& query) {
  Checks out = 0;
  if (query.gpu_count.max && flavor.gpu_count &&
      *flavor.gpu_count > static_cast<double>(*query.gpu_count.max)) {
    out |= Bit(FlavorCheck::kGpuMax);
  }
  if (!query.WantsGpu()) return out;
  if (!HasGpu(flavor)) out |= Bit(FlavorCheck::kGpuAny);
  if (query.gpu_count.min && flavor.gpu_count &&
      *flavor.gpu_count < static_cast<double>(*query.gpu_count.min)) {
    out |= Bit(FlavorCheck::kGpuMin);
  }
  if (!query.gpu_vendor.empty() && !absl::EqualsIgnoreCase(flavor.gpu_vendor, query.gpu_vendor)) {
    out |= Bit(FlavorCheck::kGpuVendor);
  }
  if (!query.gpu_model.empty() && !MatchesModel(flavor, query)) out |= Bit(FlavorCheck::kGpuModel);
  if (!query.gpu_kind.empty() && !MayBeOfGpuKind(flavor, query.gpu_kind))
    out |= Bit(FlavorCheck::kGpuKind);
  if (Below(flavor.gpu_memory_mib, query.gpu_memory_mib.min))
    out |= Bit(FlavorCheck::kGpuMemoryMin);
  if (Above(flavor.gpu_memory_mib, query.gpu_memory_mib.max))
    out |= Bit(FlavorCheck::kGpuMemoryMax);
  if (query.total_gpu_memory_mib.any()) {
    const std::optional<int64_t> total = TotalGpuMemoryMib(flavor);
    if (Below(total, query.total_gpu_memory_mib.min)) {
      out |= Bit(FlavorCheck::kTotalGpuMemoryMin);
    }
    if (Above(total, query.total_gpu_memory_mib.max)) {
      out |= Bit(FlavorCheck::kTotalGpuMemoryMax);
    }
  }
  return out;
}

}  // namespace

bool HasGpu(const Flavor& flavor) {
  if (flavor.gpu_count) return *flavor.gpu_count > 0;
  return !flavor.gpu_model.empty() || !flavor.gpu_vendor.empty() || !flavor.gpu_kind.empty();
}

std::optional<int64_t> TotalGpuMemoryMib(const Flavor& flavor) {
  if (!flavor.gpu_count || !flavor.gpu_memory_mib) return std::nullopt;
  const double cards = std::max(1.0, *flavor.gpu_count);
  return static_cast<int64_t>(cards * static_cast<double>(*flavor.gpu_memory_mib));
}

bool AsksSizesOnly(const PlacementQuery& query) {
  return query.flavor_globs.empty() && query.excluded_flavor_globs.empty() &&
         query.allow_boot_from_volume && !query.gpu_count.any() && !query.WantsGpu() &&
         query.cpu_alloc.empty() && query.arch.empty();
}

Checks CheckFlavor(const Flavor& flavor, const PlacementQuery& query) {
  Checks out = 0;
  const auto fails = [&out](bool failed, FlavorCheck check) {
    if (failed) out |= Bit(check);
  };
  fails(!query.flavor_globs.empty() && !MatchesAny(query.flavor_globs, flavor), FlavorCheck::kName);
  fails(MatchesAny(query.excluded_flavor_globs, flavor), FlavorCheck::kExcluded);
  fails(Below(flavor.vcpu_count, query.vcpu_count.min), FlavorCheck::kCpuMin);
  fails(Above(flavor.vcpu_count, query.vcpu_count.max), FlavorCheck::kCpuMax);
  fails(Below(flavor.ram_mib, query.ram_mib.min), FlavorCheck::kRamMin);
  fails(Above(flavor.ram_mib, query.ram_mib.max), FlavorCheck::kRamMax);
  if (IsVolumeOnly(flavor)) {
    fails(!query.allow_boot_from_volume, FlavorCheck::kVolumeOnly);
  } else {
    fails(Below(flavor.disk_gib, query.disk_gib.min), FlavorCheck::kDiskMin);
    fails(Above(flavor.disk_gib, query.disk_gib.max), FlavorCheck::kDiskMax);
  }
  fails(Below(flavor.ephemeral_gib, query.ephemeral_gib.min), FlavorCheck::kEphemeralMin);
  fails(Above(flavor.ephemeral_gib, query.ephemeral_gib.max), FlavorCheck::kEphemeralMax);
  out |= CheckGpu(flavor, query);
  fails(!query.cpu_alloc.empty() && !MatchesCpuAlloc(flavor, query.cpu_alloc),
        FlavorCheck::kCpuAlloc);
  fails(!query.arch.empty() && !flavor.arch.empty() && flavor.arch != query.arch &&
            !(query.arch == "i686" && flavor.arch == "x86_64"),
        FlavorCheck::kArch);
  return out;
}

}  // namespace cis::server
