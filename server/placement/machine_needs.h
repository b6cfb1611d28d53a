#pragma once

// What machines take of a project's quotas.

#include <cstdint>

#include "server/placement/image_fit.h"
#include "server/placement/quota_book.h"

namespace cis {

// The product; the largest number if it is larger: numbers of sites are not to be trusted.
int64_t Times(int64_t value, int64_t count);

// What `count` machines of a flavor take whatever their image is.
QuotaNeeds FlavorNeeds(const Flavor& flavor, int64_t count);

// As FlavorNeeds, with the volumes to boot from.
QuotaNeeds PairNeeds(const Flavor& flavor, const PairFit& fit, int64_t count);

}  // namespace cis
