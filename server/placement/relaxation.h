#pragma once

// Which changes to a request would add shares.

#include <vector>

#include "server/placement/placement.h"
#include "server/placement/query_search.h"
#include "server/placement/search_context.h"

namespace cis::server {

// Tries, for each requirement that excludes a share, to drop it or to lower it to what the share
// has. Counts only shares that then fit. A bound and the number of machines are changed by no more
// than the shares that are counted need. Of a group or an alternative, what differs is the list of
// them. Best first: most shares added, then the smallest change, then by field; of groups the
// largest first. If nothing fits and no single change helps, the fewest changes that help together
// are one relaxation. `search` is the one that made the verdicts, which have reasons.
std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const QuerySearch& search, const SearchContext& context);

}  // namespace cis::server
