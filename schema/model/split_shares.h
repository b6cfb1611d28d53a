#pragma once

#include "schema/model/catalog.h"

namespace cis {

// Removes what stood for shares in several regions. A site file that names no region gives one
// share per VO; where the site turns out to have several regions, one share per region takes its
// place. The first one is kept in the store with its history, but it is no share of the site: no
// list, count or placement may have it. Endpoints that hold no share without it go as well.
//
// That is a share without a region that is not configured any more, beside one of the same
// Keystone, VO and project with a region: a configured one, or any if nothing was ever read for the
// first.
void RemoveSplitShares(SiteCatalog* site);

}  // namespace cis
