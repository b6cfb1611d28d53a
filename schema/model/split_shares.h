// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema/model/catalog.h"

namespace cis {

// Removes shares that were replaced by one share per region. A site file that names no region gives
// one share per VO; if the site turns out to have several regions, that share is replaced by one
// per region. The replaced share stays in the store with its history, but it is not a share of the
// site any more: no list, count or placement may contain it. Endpoints that have no other share are
// removed as well.
//
// A replaced share has no region, is not configured any more, and there is a share of the same
// Keystone, VO and project with a region: a configured one, or any if nothing was ever read for the
// replaced share.
void RemoveSplitShares(SiteCatalog* site);

}  // namespace cis
