// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "schema/model/change.h"

namespace cis::crawler {

// Returns "flavor 1 gone; image 12 replaced, 3 gone; share 2 failing": by kind and event. "none" if
// there are none.
std::string CountChanges(const std::vector<Change>& changes);

// Returns what an operator wants to know after a night, one line per change, most important first:
// support of VOs (refusals first), networks renamed, gone and changed, flavors gone and changed,
// quotas, shares that files no longer name, images gone. Leaves out what appeared, what was
// replaced, what fails (the report has that) and what only the rules changed.
std::vector<std::string> NotableChanges(const std::vector<Change>& changes);

}  // namespace cis::crawler
