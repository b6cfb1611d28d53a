#pragma once

#include <vector>

#include "schema/model/catalog.h"

namespace cis::crawler {

// Where site files, registry and sites disagree, and what users of a site should know: a pure
// function of what the store holds. The codes are in README.md. `since` is not set. Of the registry
// only lists that were ever read are judged; of the sites only those that site files name, and
// those of the registry that offer a certified cloud in production.
std::vector<SiteProblem> FindSiteProblems(const Catalog& catalog);

}  // namespace cis::crawler
