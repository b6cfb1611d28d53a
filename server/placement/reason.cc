#include "server/placement/reason.h"

#include <array>
#include <cmath>

#include "server/placement/reason_table.h"

namespace cis {
namespace {

constexpr std::array<ReasonRow, kReasonCodeCount> kCodes{{
    {ReasonCode::kVoNotConfigured, "VO_NOT_CONFIGURED", Stage::kVo, ReasonUnit::kNone, ""},
    {ReasonCode::kSiteNotConfigured, "SITE_NOT_CONFIGURED", Stage::kSite, ReasonUnit::kNone, ""},
    {ReasonCode::kSiteNotSelected, "SITE_NOT_SELECTED", Stage::kSite, ReasonUnit::kNone, ""},
    {ReasonCode::kSiteExcluded, "SITE_EXCLUDED", Stage::kSite, ReasonUnit::kNone, ""},
    {ReasonCode::kCountryNotSelected, "COUNTRY_NOT_SELECTED", Stage::kSite, ReasonUnit::kNone, ""},
    {ReasonCode::kCountryExcluded, "COUNTRY_EXCLUDED", Stage::kSite, ReasonUnit::kNone, ""},
    {ReasonCode::kAuthRefused, "AUTH_REFUSED", Stage::kAuth, ReasonUnit::kNone, ""},
    {ReasonCode::kSiteUnreachable, "SITE_UNREACHABLE", Stage::kAuth, ReasonUnit::kNone, ""},
    {ReasonCode::kDataMissing, "DATA_MISSING", Stage::kFreshness, ReasonUnit::kNone, ""},
    {ReasonCode::kDataExpired, "DATA_EXPIRED", Stage::kFreshness, ReasonUnit::kSeconds, ""},
    {ReasonCode::kDataStale, "DATA_STALE", Stage::kFreshness, ReasonUnit::kSeconds, ""},
    {ReasonCode::kNoFlavorVisible, "NO_FLAVOR_VISIBLE", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kFlavorNameMismatch, "FLAVOR_NAME_MISMATCH", Stage::kFlavor, ReasonUnit::kNone,
     ""},
    {ReasonCode::kFlavorExcluded, "FLAVOR_EXCLUDED", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kCpuTooSmall, "CPU_TOO_SMALL", Stage::kFlavor, ReasonUnit::kVcpu, ""},
    {ReasonCode::kCpuTooLarge, "CPU_TOO_LARGE", Stage::kFlavor, ReasonUnit::kVcpu, ""},
    {ReasonCode::kRamTooSmall, "RAM_TOO_SMALL", Stage::kFlavor, ReasonUnit::kMib, "RAM"},
    {ReasonCode::kRamTooLarge, "RAM_TOO_LARGE", Stage::kFlavor, ReasonUnit::kMib, "RAM"},
    {ReasonCode::kFlavorVolumeOnly, "FLAVOR_VOLUME_ONLY", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kDiskTooSmall, "DISK_TOO_SMALL", Stage::kFlavor, ReasonUnit::kGib, "root disk"},
    {ReasonCode::kDiskTooLarge, "DISK_TOO_LARGE", Stage::kFlavor, ReasonUnit::kGib, "root disk"},
    {ReasonCode::kEphemeralTooSmall, "EPHEMERAL_TOO_SMALL", Stage::kFlavor, ReasonUnit::kGib,
     "ephemeral disk"},
    {ReasonCode::kEphemeralTooLarge, "EPHEMERAL_TOO_LARGE", Stage::kFlavor, ReasonUnit::kGib,
     "ephemeral disk"},
    {ReasonCode::kGpuNone, "GPU_NONE", Stage::kFlavor, ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuNotKnown, "GPU_NOT_KNOWN", Stage::kFlavor, ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuCountTooSmall, "GPU_COUNT_TOO_SMALL", Stage::kFlavor, ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuCountTooLarge, "GPU_COUNT_TOO_LARGE", Stage::kFlavor, ReasonUnit::kGpu, ""},
    {ReasonCode::kGpuVendorMismatch, "GPU_VENDOR_MISMATCH", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kGpuModelMismatch, "GPU_MODEL_MISMATCH", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kGpuKindMismatch, "GPU_KIND_MISMATCH", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kGpuMemoryTooSmall, "GPU_MEMORY_TOO_SMALL", Stage::kFlavor, ReasonUnit::kMib,
     "GPU memory"},
    {ReasonCode::kGpuMemoryTooLarge, "GPU_MEMORY_TOO_LARGE", Stage::kFlavor, ReasonUnit::kMib,
     "GPU memory"},
    {ReasonCode::kCpuAllocMismatch, "CPU_ALLOC_MISMATCH", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kArchMismatch, "ARCH_MISMATCH", Stage::kFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kNoImageVisible, "NO_IMAGE_VISIBLE", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageNotFound, "IMAGE_NOT_FOUND", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageNameMismatch, "IMAGE_NAME_MISMATCH", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageExcluded, "IMAGE_EXCLUDED", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageNotActive, "IMAGE_NOT_ACTIVE", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageHidden, "IMAGE_HIDDEN", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageNotOffered, "IMAGE_NOT_OFFERED", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImagePropertyRefused, "IMAGE_PROPERTY_REFUSED", Stage::kImage, ReasonUnit::kNone,
     ""},
    {ReasonCode::kOsNotFound, "OS_NOT_FOUND", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionUnknown, "OS_VERSION_UNKNOWN", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionTooOld, "OS_VERSION_TOO_OLD", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionTooNew, "OS_VERSION_TOO_NEW", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kOsVersionMismatch, "OS_VERSION_MISMATCH", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageArchMismatch, "IMAGE_ARCH_MISMATCH", Stage::kImage, ReasonUnit::kNone, ""},
    {ReasonCode::kImageMinRamGtFlavor, "IMAGE_MIN_RAM_GT_FLAVOR", Stage::kImageFlavor,
     ReasonUnit::kMib, "a minimum RAM"},
    {ReasonCode::kImageMinDiskGtFlavor, "IMAGE_MIN_DISK_GT_FLAVOR", Stage::kImageFlavor,
     ReasonUnit::kGib, "a minimum disk"},
    {ReasonCode::kImageSizeGtDisk, "IMAGE_SIZE_GT_DISK", Stage::kImageFlavor, ReasonUnit::kBytes,
     "a size"},
    {ReasonCode::kImageVirtualSizeGtDisk, "IMG_VIRTUAL_SIZE_GT_DISK", Stage::kImageFlavor,
     ReasonUnit::kBytes, "an unpacked size"},
    {ReasonCode::kImageFlavorArchMismatch, "IMAGE_FLAVOR_ARCH_MISMATCH", Stage::kImageFlavor,
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageFlavorTraitConflict, "IMAGE_FLAVOR_TRAIT_CONFLICT", Stage::kImageFlavor,
     ReasonUnit::kNone, ""},
    {ReasonCode::kImageFlavorPropertyConflict, "IMAGE_FLAVOR_PROPERTY_CONFLICT",
     Stage::kImageFlavor, ReasonUnit::kNone, ""},
    {ReasonCode::kBootVolumeTooLarge, "BOOT_VOLUME_TOO_LARGE", Stage::kImageFlavor,
     ReasonUnit::kGib, ""},
    {ReasonCode::kNetNone, "NET_NONE", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetNotFound, "NET_NOT_FOUND", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetDown, "NET_DOWN", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetNotAttachable, "NET_NOT_ATTACHABLE", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetNoPublicV4, "NET_NO_PUBLIC_V4", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetNoPublicV6, "NET_NO_PUBLIC_V6", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetNotBothFamilies, "NET_NOT_BOTH_FAMILIES", Stage::kNetwork, ReasonUnit::kNone,
     ""},
    {ReasonCode::kNetNoRouter, "NET_NO_ROUTER", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetOnlyPublic, "NET_ONLY_PUBLIC", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetRouterUnseen, "NET_ROUTER_UNSEEN", Stage::kNetwork, ReasonUnit::kNone, ""},
    {ReasonCode::kNetTooFewAddresses, "NET_TOO_FEW_ADDRESSES", Stage::kNetwork, ReasonUnit::kCount,
     "addresses"},
    {ReasonCode::kQuotaZeroInstances, "QUOTA_ZERO_INSTANCES", Stage::kQuota, ReasonUnit::kCount,
     "instances"},
    {ReasonCode::kQuotaZeroCores, "QUOTA_ZERO_CORES", Stage::kQuota, ReasonUnit::kCount, "cores"},
    {ReasonCode::kQuotaZeroRam, "QUOTA_ZERO_RAM", Stage::kQuota, ReasonUnit::kMib, "RAM"},
    {ReasonCode::kQuotaZeroFip, "QUOTA_ZERO_FIP", Stage::kQuota, ReasonUnit::kCount,
     "floating IPs"},
    {ReasonCode::kQuotaZeroNetworks, "QUOTA_ZERO_NETWORKS", Stage::kQuota, ReasonUnit::kCount,
     "networks"},
    {ReasonCode::kQuotaZeroSubnets, "QUOTA_ZERO_SUBNETS", Stage::kQuota, ReasonUnit::kCount,
     "subnets"},
    {ReasonCode::kQuotaZeroRouters, "QUOTA_ZERO_ROUTERS", Stage::kQuota, ReasonUnit::kCount,
     "routers"},
    {ReasonCode::kQuotaZeroPorts, "QUOTA_ZERO_PORTS", Stage::kQuota, ReasonUnit::kCount, "ports"},
    {ReasonCode::kQuotaZeroVolumes, "QUOTA_ZERO_VOLUMES", Stage::kQuota, ReasonUnit::kCount,
     "volumes"},
    {ReasonCode::kQuotaZeroVolumeGib, "QUOTA_ZERO_VOLUME_GIB", Stage::kQuota, ReasonUnit::kGib,
     "volumes"},
    {ReasonCode::kQuotaExhaustedInstances, "QUOTA_EXHAUSTED_INSTANCES", Stage::kQuota,
     ReasonUnit::kCount, "instances"},
    {ReasonCode::kQuotaExhaustedCores, "QUOTA_EXHAUSTED_CORES", Stage::kQuota, ReasonUnit::kCount,
     "cores"},
    {ReasonCode::kQuotaExhaustedRam, "QUOTA_EXHAUSTED_RAM", Stage::kQuota, ReasonUnit::kMib, "RAM"},
    {ReasonCode::kQuotaExhaustedFip, "QUOTA_EXHAUSTED_FIP", Stage::kQuota, ReasonUnit::kCount,
     "floating IPs"},
    {ReasonCode::kQuotaExhaustedNetworks, "QUOTA_EXHAUSTED_NETWORKS", Stage::kQuota,
     ReasonUnit::kCount, "networks"},
    {ReasonCode::kQuotaExhaustedSubnets, "QUOTA_EXHAUSTED_SUBNETS", Stage::kQuota,
     ReasonUnit::kCount, "subnets"},
    {ReasonCode::kQuotaExhaustedRouters, "QUOTA_EXHAUSTED_ROUTERS", Stage::kQuota,
     ReasonUnit::kCount, "routers"},
    {ReasonCode::kQuotaExhaustedPorts, "QUOTA_EXHAUSTED_PORTS", Stage::kQuota, ReasonUnit::kCount,
     "ports"},
    {ReasonCode::kQuotaExhaustedVolumes, "QUOTA_EXHAUSTED_VOLUMES", Stage::kQuota,
     ReasonUnit::kCount, "volumes"},
    {ReasonCode::kQuotaExhaustedVolumeGib, "QUOTA_EXHAUSTED_VOLUME_GIB", Stage::kQuota,
     ReasonUnit::kGib, "volumes"},
    {ReasonCode::kQuotaVolumeTooLarge, "QUOTA_VOLUME_TOO_LARGE", Stage::kQuota, ReasonUnit::kGib,
     "a volume"},
    {ReasonCode::kZoneUnavailable, "ZONE_UNAVAILABLE", Stage::kQuota, ReasonUnit::kNone, ""},
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

absl::string_view FormatStage(Stage stage) {
  constexpr std::array<absl::string_view, kStageCount> kNames{
      "vo", "site", "auth", "freshness", "flavor", "image", "image_x_flavor", "network", "quota"};
  return kNames[static_cast<size_t>(stage)];
}

absl::string_view FormatReasonCode(ReasonCode code) { return ReasonRowOf(code).text; }

Stage StageOf(ReasonCode code) { return ReasonRowOf(code).stage; }

std::optional<double> GapPercent(const Reason& reason) {
  if (!reason.want || !reason.best || *reason.want <= 0) return std::nullopt;
  const auto want = static_cast<double>(*reason.want);
  return std::abs(want - static_cast<double>(*reason.best)) / want * 100.0;
}

Fields AnsweredBy(ReasonCode code) {
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
    case Stage::kImageFlavor:
      return kMachineFields | kImageFields;
    case Stage::kNetwork:
      return code == ReasonCode::kNetTooFewAddresses ? kNetworkFields | kCountFields
                                                     : kNetworkFields;
    case Stage::kQuota:
      break;
  }
  switch (code) {
    case ReasonCode::kQuotaZeroInstances:
    case ReasonCode::kQuotaExhaustedInstances:
      return kCountFields;
    case ReasonCode::kQuotaZeroCores:
    case ReasonCode::kQuotaExhaustedCores:
    case ReasonCode::kQuotaZeroRam:
    case ReasonCode::kQuotaExhaustedRam:
    case ReasonCode::kQuotaZeroVolumes:
    case ReasonCode::kQuotaExhaustedVolumes:
    case ReasonCode::kQuotaZeroVolumeGib:
    case ReasonCode::kQuotaExhaustedVolumeGib:
    case ReasonCode::kQuotaVolumeTooLarge:
      return kCountFields | kMachineFields | kImageFields;
    case ReasonCode::kZoneUnavailable:
      return kMachineFields;
    default:  // floating IPs, ports and what a network is made of
      return kCountFields | kNetworkFields;
  }
}

}  // namespace cis
