// SPDX-License-Identifier: Apache-2.0
#include "server/placement/machine_needs.h"

namespace cis::server {
namespace {}  // namespace

int64_t Times(int64_t value, int64_t count) {
  int64_t out = 0;
  return __builtin_mul_overflow(value, count, &out) ? INT64_MAX : out;
}

QuotaNeeds FlavorNeeds(const Flavor& flavor, int64_t count) {
  QuotaNeeds needs{};
  Need(needs, QuotaResource::kInstances) = count;
  Need(needs, QuotaResource::kCores) = Times(flavor.vcpu_count.value_or(0), count);
  Need(needs, QuotaResource::kRamMib) = Times(flavor.ram_mib.value_or(0), count);
  return needs;
}

VolumeNeeds VolumeNeedsOf(const PairFit& fit, int64_t count) {
  VolumeNeeds needs;
  needs.count = Times(fit.volume_count, count);
  needs.gib = Times(fit.volume_gib, count);
  if (fit.volume_count == 1) needs.gib_of_each = fit.volume_gib;
  return needs;
}

QuotaNeeds PairNeeds(const Flavor& flavor, const PairFit& fit, int64_t count) {
  QuotaNeeds needs = FlavorNeeds(flavor, count);
  const VolumeNeeds volumes = VolumeNeedsOf(fit, count);
  Need(needs, QuotaResource::kVolumes) = volumes.count;
  Need(needs, QuotaResource::kVolumeGib) = volumes.gib;
  return needs;
}

}  // namespace cis::server
