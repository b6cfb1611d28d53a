// SPDX-License-Identifier: Apache-2.0
#pragma once

// The resources that count against the limits of a project and that a placement uses.

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace cis::server {

// In the order in which they are checked.
enum class QuotaResource {
  kInstances = 0,
  kCores,
  kRamMib,
  kFloatingIps,
  kNetworks,
  kSubnets,
  kRouters,
  kPorts,
  kVolumes,
  kVolumeGib,
};
inline constexpr int kQuotaResourceCount = 10;

// By QuotaResource, as Quota::resource (records.h) has them.
inline constexpr std::array<absl::string_view, kQuotaResourceCount> kQuotaResourceNames{
    "instances", "cores",   "ram_mib", "floating_ips", "networks",
    "subnets",   "routers", "ports",   "volumes",      "volume_gib"};

inline constexpr absl::string_view FormatQuotaResource(QuotaResource resource) {
  return kQuotaResourceNames[static_cast<size_t>(resource)];
}

}  // namespace cis::server
