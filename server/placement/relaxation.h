#pragma once

// Which changes to a request would add shares.

#include <vector>

#include "server/placement/flavor_reasons.h"
#include "server/placement/placement.h"
#include "server/placement/search_context.h"

namespace cis {

// Tries, for each requirement that excludes a share, to drop it or to lower it to what the share
// has. Counts only shares that then fit. A bound and the number of machines are changed by no more
// than the shares that are counted need. Best first: most shares added, then the smallest change,
// then by field. If nothing fits and no single change helps, the fewest changes that help together
// are one relaxation.
std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const NearMisses& near_misses,
                                        const SearchContext& context);

}  // namespace cis
