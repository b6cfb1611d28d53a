#pragma once

#include <string>
#include <vector>

#include "schema/model/change.h"

namespace cis::crawler {

// "flavor 1 gone; image 12 replaced, 3 gone; share 2 failing": by kind and event. "none" if there
// are none.
std::string CountChanges(const std::vector<Change>& changes);

// What an operator wants to know of a night, a line each, most important first: how VOs stand (a
// refusal before all), networks renamed, gone and changed, flavors gone and changed, quotas, shares
// that files no longer name, images gone. Not what appeared, what was replaced, what fails (the
// report has that) and what only the rules made differ.
std::vector<std::string> NotableChanges(const std::vector<Change>& changes);

}  // namespace cis::crawler
