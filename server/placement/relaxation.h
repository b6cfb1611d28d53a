// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which changes to a request would add shares.

#include <vector>

#include "server/placement/placement.h"
#include "server/placement/query_search.h"
#include "server/placement/search_context.h"

namespace cis::server {

// For each requirement that excludes a share, tries to drop it or to lower it to what the share
// offers. Counts only shares that then fit. A bound or a number of machines is not changed more
// than the counted shares need. If a group or an alternative is changed, the changed field is the
// list of them. Best first: most shares added, then the smallest change, then by field; of groups,
// the largest first. If nothing fits and no single change helps, the smallest set of changes that
// helps is returned as one relaxation. `search` is the search that made the verdicts, which must
// have reasons.
std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const QuerySearch& search, const SearchContext& context);

}  // namespace cis::server
