// SPDX-License-Identifier: Apache-2.0
#pragma once

// The checks that are applied to each flavor and each image. A set of checks has one bit per check.

#include <cstdint>

namespace cis::server {

// The checks of flavors, in the order in which they are applied.
enum class FlavorCheck : uint32_t {
  kName = 0,
  kExcluded,
  kPlacement,
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
  kTotalGpuMemoryMin,
  kTotalGpuMemoryMax,
  kCpuAlloc,
  kArch,
};
inline constexpr uint32_t kFlavorCheckCount = static_cast<uint32_t>(FlavorCheck::kArch) + 1;

// The checks of images, in the order in which they are applied.
enum class ImageCheck : uint32_t {
  kNamed = 0,
  kName,
  kExcluded,
  kActive,
  kHidden,
  kOffered,
  kAccepted,
  kDistro,
  kVersion,
  kArch,
};
inline constexpr uint32_t kImageCheckCount = static_cast<uint32_t>(ImageCheck::kArch) + 1;

// A set of FlavorCheck or of ImageCheck.
using Checks = uint32_t;
constexpr Checks Bit(FlavorCheck check) { return 1U << static_cast<uint32_t>(check); }
constexpr Checks Bit(ImageCheck check) { return 1U << static_cast<uint32_t>(check); }

}  // namespace cis::server
