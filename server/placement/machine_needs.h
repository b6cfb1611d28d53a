// SPDX-License-Identifier: Apache-2.0
#pragma once

// What machines take of a project's quotas.

#include <cstdint>

#include "server/placement/boot_choice.h"
#include "server/placement/image_fit.h"
#include "server/placement/quota_book.h"

namespace cis::server {

// Returns the product, or the largest number if the product is larger: numbers from sites cannot be
// trusted.
int64_t Times(int64_t value, int64_t count);

// Returns what `count` machines of a flavor need, ignoring their image.
QuotaNeeds FlavorNeeds(const Flavor& flavor, int64_t count);

// Returns the volumes that the machines boot from, and those that a volume-backed snapshot brings.
VolumeNeeds VolumeNeedsOf(const PairFit& fit, int64_t count);

// Returns FlavorNeeds and the needs of these volumes.
QuotaNeeds PairNeeds(const Flavor& flavor, const PairFit& fit, int64_t count);

}  // namespace cis::server
