#pragma once

// Which single changes to a request would add shares.

#include <vector>

#include "server/placement/placement.h"
#include "server/placement/search_context.h"

namespace cis {

// Tries, for each wish that keeps a share out, to drop it or to lower it to what the share has.
// Counts only shares that then really fit. Best first: most shares added, then by field and value.
std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const std::vector<Reason>& near_misses,
                                        const SearchContext& context);

}  // namespace cis
