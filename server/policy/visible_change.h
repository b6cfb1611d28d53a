// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema/model/change.h"
#include "server/policy/rights.h"

namespace cis::server {

// Returns whether a caller with these rights may see an entry of the journal. The entries about
// what a VO has are shown to those who may see it; those about an endpoint, of which the journal
// does not say whether they were public at the time, and those about failures are for operation.
bool MaySee(const Change& change, const Rights& rights);

}  // namespace cis::server
