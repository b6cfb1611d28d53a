#pragma once

// What machines take of a project's quotas.

#include <cstdint>

#include "server/placement/boot_choice.h"
#include "server/placement/image_fit.h"
#include "server/placement/quota_book.h"

namespace cis::server {

// The product; the largest number if it is larger: numbers of sites are not to be trusted.
int64_t Times(int64_t value, int64_t count);

// What `count` machines of a flavor take whatever their image is.
QuotaNeeds FlavorNeeds(const Flavor& flavor, int64_t count);

// The volumes that they boot from, and those that a volume-backed snapshot brings.
VolumeNeeds VolumeNeedsOf(const PairFit& fit, int64_t count);

// As FlavorNeeds, with these volumes.
QuotaNeeds PairNeeds(const Flavor& flavor, const PairFit& fit, int64_t count);

}  // namespace cis::server
