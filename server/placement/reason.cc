// SPDX-License-Identifier: Apache-2.0
#include "server/placement/reason.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/numeric/bits.h"
#include "server/placement/reason_table.h"

namespace cis::server {
namespace {

constexpr std::array<ReasonRow, kReasonCodeCount> kCodes{{
    {ReasonCode::kVoNotConfigured, "VO_NOT_CONFIGURED", Stage::kVo, "", ReasonUnit::kNone, ""},
    {ReasonCode::kSiteNotConfigured, "SITE_NOT_CONFIGURED", Stage::kSite, "", ReasonUnit::kNone,
     ""},
    {ReasonCode::kSiteNotSelected, "SITE_NOT_SELECTED", Stage::kSite, "sites", ReasonUnit::kNone,
     ""},
    {ReasonCode::kSiteExcluded, "SITE_EXCLUDED", Stage::kSite, "excluded_sites", ReasonUnit::kNone,
     ""},
    {ReasonCode::kCountryNotSelected, "COUNTRY_NOT_SELECTED", Stage::kSite, "countries",
     ReasonUnit::kNone, ""},
    {ReasonCode::kCountryExcluded, "COUNTRY_EXCLUDED", Stage::kSite, "excluded_countries",
     ReasonUnit::kNone, ""},
    {ReasonCode::kShareExcluded, "SHARE_EXCLUDED", Stage::kSite, "excluded_placements",
     ReasonUnit::kNone, ""},
    {ReasonCode::kAuthRefused, "AUTH_REFUSED", Stage::kAuth, "", ReasonUnit::kNone, ""},
    {ReasonCode::kSiteUnreachable, "SITE_UNREACHABLE", Stage::kAuth, "", ReasonUnit::kNone, ""},
    {ReasonCode::kDataMissing, "DATA_MISSING", Stage::kFreshness, "", ReasonUnit::kNone, ""},
    {ReasonCode::kDataExpired, "DATA_EXPIRED", Stage::kFreshness, "", ReasonUnit::kSeconds, ""},
    {ReasonCode::kDataStale, "DATA_STALE", Stage::kFreshness, "max_age", ReasonUnit::kSeconds, ""},
    {ReasonCode::kNoFlavorVisible, "NO_FLAVOR_VISIBLE", Stage::kFlavor, "", ReasonUnit::kNone, ""},
    {ReasonCode::kFlavorNameMismatch, "FLAVOR_NAME_MISMATCH", Stage::kFlavor, "machine.flavors",
     ReasonUnit::kNone, ""},
    {ReasonCode::kFlavorExcluded, "FLAVOR_EXCLUDED", Stage::kFlavor, "machine.excluded_flavors",
     ReasonUnit::kNone, ""},
    {ReasonCode::kPlacementExcluded, "PLACEMENT_EXCLUDED", Stage::kFlavor, "excluded_placements",
     ReasonUnit::kNone, ""},
    {ReasonCode::kCpuTooSmall, "CPU_TOO_SMALL", Stage::kFlavor, "machine.vcpu_count.min",
     ReasonUnit::kVcpu, ""},
    {ReasonCode::kCpuTooLarge, "CPU_TOO_LARGE", Stage::kFlavor, "machine.vcpu_count.max",
     ReasonUnit::kVcpu, ""},
    {ReasonCode::kRamTooSmall, "RAM_TOO_SMALL", Stage::kFlavor, "machine.ram_mib.min",
     ReasonUnit::kMib, "RAM"},
    {ReasonCode::kRamTooLarge, "RAM_TOO_LARGE", Stage::kFlavor, "machine.ram_mib.max",
     ReasonUnit::kMib, "RAM"},
    {ReasonCode::kFlavorVolumeOnly, "FLAVOR_VOLUME_ONLY", Stage::kFlavor,
     "machine.allow_boot_from_volume", ReasonUnit::kNone, ""},
    {ReasonCode::kDiskTooSmall, "DISK_TOO_SMALL", Stage::kFlavor, "machine.disk_gib.min",
     ReasonUnit::kGib, "root disk"},
    {ReasonCode::kDiskTooLarge, "DISK_TOO_LARGE", Stage::kFlavor, "machine.disk_gib.max",
     ReasonUnit::kGib, "root disk"},
    {ReasonCode::kEphemeralTooSmall, "EPHEMERAL_TOO_SMALL", Stage::kFlavor,
     "machine.ephemeral_gib.min", ReasonUnit::kGib, "ephemeral disk"},
    {ReasonCode::kEphemeralTooLarge, "EPHEMERAL_TOO_LARGE", Stage::kFlavor,
     "machine.ephemeral_gib.max", ReasonUnit::kGib, "ephemeral disk"},
    {ReasonCode::kGpuNone, "GPU_NONE", Stage::kFlavor, "machine.gpu_count", ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuNotKnown, "GPU_NOT_KNOWN", Stage::kFlavor, "machine.gpu_count",
     ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuCountTooSmall, "GPU_COUNT_TOO_SMALL", Stage::kFlavor, "machine.gpu_count.min",
     ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuCountTooLarge, "GPU_COUNT_TOO_LARGE", Stage::kFlavor, "machine.gpu_count.max",
     ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuVendorMismatch, "GPU_VENDOR_MISMATCH", Stage::kFlavor, "machine.gpu_vendor",
     ReasonUnit::kNone, ""},
    {ReasonCode::kGpuModelMismatch, "GPU_MODEL_MISMATCH", Stage::kFlavor, "machine.gpu_model",
     ReasonUnit::kNone, ""},
    {ReasonCode::kGpuKindMismatch, "GPU_KIND_MISMATCH", Stage::kFlavor, "machine.gpu_kind",
     ReasonUnit::kNone, ""},
    {ReasonCode::kGpuMemoryTooSmall, "GPU_MEMORY_TOO_SMALL", Stage::kFlavor,
     "machine.gpu_memory_mib.min", ReasonUnit::kMib, "GPU memory"},
    {ReasonCode::kGpuMemoryTooLarge, "GPU_MEMORY_TOO_LARGE", Stage::kFlavor,
     "machine.gpu_memory_mib.max", ReasonUnit::kMib, "GPU memory"},
    {ReasonCode::kTotalGpuMemoryTooSmall, "TOTAL_GPU_MEMORY_TOO_SMALL", Stage::kFlavor,
     "machine.total_gpu_memory_mib.min", ReasonUnit::kMib, "total GPU memory"},
    {ReasonCode::kTotalGpuMemoryTooLarge, "TOTAL_GPU_MEMORY_TOO_LARGE", Stage::kFlavor,
     "machine.total_gpu_memory_mib.max", ReasonUnit::kMib, "total GPU memory"},
    {ReasonCode::kCpuAllocMismatch, "CPU_ALLOCATION_MISMATCH", Stage::kFlavor,
     "machine.cpu_allocation", ReasonUnit::kNone, ""},
    {ReasonCode::kArchMismatch, "ARCH_MISMATCH", Stage::kFlavor, "machine.arch", ReasonUnit::kNone,
     ""},
    {ReasonCode::kNoImageVisible, "NO_IMAGE_VISIBLE", Stage::kImage, "", ReasonUnit::kNone, ""},
    {ReasonCode::kImageNotFound, "IMAGE_NOT_FOUND", Stage::kImage, "image.image", ReasonUnit::kNone,
     ""},
    {ReasonCode::kImageNameMismatch, "IMAGE_NAME_MISMATCH", Stage::kImage, "image.images",
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageExcluded, "IMAGE_EXCLUDED", Stage::kImage, "image.excluded_images",
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageNotActive, "IMAGE_NOT_ACTIVE", Stage::kImage, "", ReasonUnit::kNone, ""},
    {ReasonCode::kImageHidden, "IMAGE_HIDDEN", Stage::kImage, "", ReasonUnit::kNone, ""},
    {ReasonCode::kImageNotOffered, "IMAGE_NOT_OFFERED", Stage::kImage, "", ReasonUnit::kNone, ""},
    {ReasonCode::kImagePropertyRefused, "IMAGE_PROPERTY_REFUSED", Stage::kImage, "",
     ReasonUnit::kNone, ""},
    {ReasonCode::kOsNotFound, "OS_NOT_FOUND", Stage::kImage, "image.os", ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionUnknown, "OS_VERSION_UNKNOWN", Stage::kImage, "image.os",
     ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionTooOld, "OS_VERSION_TOO_OLD", Stage::kImage, "image.os",
     ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionTooNew, "OS_VERSION_TOO_NEW", Stage::kImage, "image.os",
     ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionMismatch, "OS_VERSION_MISMATCH", Stage::kImage, "image.os",
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageArchMismatch, "IMAGE_ARCH_MISMATCH", Stage::kImage, "machine.arch",
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageMinRamGtFlavor, "IMAGE_MIN_RAM_GT_FLAVOR", Stage::kPair, "",
     ReasonUnit::kMib, "a minimum RAM"},
    {ReasonCode::kImageMinDiskGtFlavor, "IMAGE_MIN_DISK_GT_FLAVOR", Stage::kPair, "",
     ReasonUnit::kGib, "a minimum disk"},
    {ReasonCode::kImageSizeGtDisk, "IMAGE_SIZE_GT_DISK", Stage::kPair, "", ReasonUnit::kBytes,
     "a size"},
    {ReasonCode::kImageVirtualSizeGtDisk, "IMAGE_VIRTUAL_SIZE_GT_DISK", Stage::kPair, "",
     ReasonUnit::kBytes, "an unpacked size"},
    {ReasonCode::kImageFlavorArchMismatch, "IMAGE_FLAVOR_ARCH_MISMATCH", Stage::kPair, "",
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageFlavorTraitConflict, "IMAGE_FLAVOR_TRAIT_CONFLICT", Stage::kPair, "",
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageFlavorPropertyConflict, "IMAGE_FLAVOR_PROPERTY_CONFLICT", Stage::kPair, "",
     ReasonUnit::kNone, ""},
    {ReasonCode::kBootVolumeTooLarge, "BOOT_VOLUME_TOO_LARGE", Stage::kPair, "machine.disk_gib.max",
     ReasonUnit::kGib, ""},
    {ReasonCode::kNetNone, "NETWORK_NONE", Stage::kNetwork, "", ReasonUnit::kNone, ""},
    {ReasonCode::kNetNotFound, "NETWORK_NOT_FOUND", Stage::kNetwork, "network.network",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetDown, "NETWORK_DOWN", Stage::kNetwork, "", ReasonUnit::kNone, ""},
    {ReasonCode::kNetNotAttachable, "NETWORK_NOT_ATTACHABLE", Stage::kNetwork, "network.network",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetNoPublicV4, "NETWORK_NO_PUBLIC_V4", Stage::kNetwork, "network.public_v4",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetNoPublicV6, "NETWORK_NO_PUBLIC_V6", Stage::kNetwork, "network.public_v6",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetNotBothFamilies, "NETWORK_NOT_BOTH_FAMILIES", Stage::kNetwork, "",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetNoRouter, "NETWORK_NO_ROUTER", Stage::kNetwork, "network.network",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetOnlyPublic, "NETWORK_ONLY_PUBLIC", Stage::kNetwork, "", ReasonUnit::kNone, ""},
    {ReasonCode::kNetRouterUnseen, "NETWORK_ROUTER_UNSEEN", Stage::kNetwork, "network.public_v4",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetTooFewAddresses, "NETWORK_TOO_FEW_ADDRESSES", Stage::kNetwork, "count",
     ReasonUnit::kCount, "addresses"},
    {ReasonCode::kNetNotInZone, "NETWORK_NOT_IN_ZONE", Stage::kNetwork, "machine.availability_zone",
     ReasonUnit::kNone, ""},
    {ReasonCode::kNetPlanChanged, "NETWORK_PLAN_CHANGED", Stage::kNetwork, "", ReasonUnit::kNone,
     ""},
    {ReasonCode::kQuotaZero, "QUOTA_ZERO", Stage::kQuota, "count", ReasonUnit::kNone, ""},
    {ReasonCode::kQuotaExhausted, "QUOTA_EXHAUSTED", Stage::kQuota, "count", ReasonUnit::kNone, ""},
    {ReasonCode::kQuotaVolumeTooLarge, "QUOTA_VOLUME_TOO_LARGE", Stage::kQuota, "",
     ReasonUnit::kGib, "a volume"},
    {ReasonCode::kZoneUnavailable, "ZONE_UNAVAILABLE", Stage::kQuota, "machine.availability_zone",
     ReasonUnit::kNone, ""},
    {ReasonCode::kZoneNotFound, "ZONE_NOT_FOUND", Stage::kQuota, "machine.availability_zone",
     ReasonUnit::kNone, ""},
}};

constexpr bool InOrder() {
  for (size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<size_t>(kCodes[i].code) != i) return false;
  }
  return true;
}
static_assert(InOrder(), "kCodes must have one row for each ReasonCode, in its order");

}  // namespace

const ReasonRow& ReasonRowOf(ReasonCode code) { return kCodes[static_cast<size_t>(code)]; }

absl::string_view FormatReasonCode(ReasonCode code) { return ReasonRowOf(code).text; }

Stage StageOf(ReasonCode code) { return ReasonRowOf(code).stage; }

absl::string_view FieldOf(ReasonCode code) { return ReasonRowOf(code).field; }

void DropRepeated(std::vector<Reason>* reasons) {
  auto end = reasons->begin();
  for (const Reason& reason : *reasons) {
    const bool is_there = std::any_of(reasons->begin(), end, [&reason](const Reason& other) {
      return other.code == reason.code && other.quota == reason.quota &&
             other.parts == reason.parts;
    });
    if (!is_there) *end++ = reason;
  }
  reasons->erase(end, reasons->end());
}

ReasonUnit UnitOf(const Reason& reason) {
  if (!reason.quota || StageOf(reason.code) != Stage::kQuota) return ReasonRowOf(reason.code).unit;
  switch (*reason.quota) {
    case QuotaResource::kRamMib:
      return ReasonUnit::kMib;
    case QuotaResource::kVolumeGib:
      return ReasonUnit::kGib;
    default:
      return ReasonUnit::kCount;
  }
}

const MachineRequest* PartOf(const Reason& reason, const PlacementQuery& query) {
  if (absl::popcount(reason.parts) != 1) return nullptr;
  return &query.parts()[static_cast<size_t>(absl::countr_zero(reason.parts))];
}

absl::string_view NounOf(const Reason& reason) {
  constexpr std::array<absl::string_view, kQuotaResourceCount> kNouns{
      "instances", "cores",   "RAM",   "floating IPs", "networks",
      "subnets",   "routers", "ports", "volumes",      "volumes"};
  if (reason.quota && reason.code != ReasonCode::kQuotaVolumeTooLarge) {
    return kNouns[static_cast<size_t>(*reason.quota)];
  }
  return ReasonRowOf(reason.code).noun;
}

std::optional<double> GapPercent(const Reason& reason) {
  if (!reason.want || !reason.best || *reason.want <= 0) return std::nullopt;
  const auto want = static_cast<double>(*reason.want);
  return std::abs(want - static_cast<double>(*reason.best)) / want * 100.0;
}

Fields AnsweredBy(const Reason& reason) {
  const ReasonCode code = reason.code;
  switch (StageOf(code)) {
    case Stage::kVo:
    case Stage::kAuth:
      return 0;
    case Stage::kSite:
      return kSiteFields;
    case Stage::kFreshness:
      return kAgeFields;
    case Stage::kFlavor:
      return kMachineFields;
    case Stage::kImage:
      // The architecture is asked of both.
      return code == ReasonCode::kImageArchMismatch ? kImageFields | kMachineFields : kImageFields;
    case Stage::kPair:
      return kMachineFields | kImageFields;
    case Stage::kNetwork:
      if (code == ReasonCode::kNetNotInZone) return kNetworkFields | kMachineFields;
      return code == ReasonCode::kNetTooFewAddresses ? kNetworkFields | kCountFields
                                                     : kNetworkFields;
    case Stage::kQuota:
      break;
  }
  if (!reason.quota) return kMachineFields;  // no zone
  switch (*reason.quota) {
    case QuotaResource::kInstances:
      return kCountFields;
    case QuotaResource::kCores:
    case QuotaResource::kRamMib:
    case QuotaResource::kVolumes:
    case QuotaResource::kVolumeGib:
      return kCountFields | kMachineFields | kImageFields;
    default:  // floating IPs, ports and what a network is made of
      return kCountFields | kNetworkFields;
  }
}

}  // namespace cis::server
