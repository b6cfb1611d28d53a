// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "schema/model/catalog.h"

namespace cis::crawler {

// Finds where site files, registry and sites disagree, and what users of a site should know: a pure
// function of the content of the store. The codes are in README.md. `since` is not set. Only lists
// of the registry that were read are judged, and only sites that a site file names or that offer a
// certified cloud in production according to the registry.
std::vector<SiteProblem> FindSiteProblems(const Catalog& catalog);

}  // namespace cis::crawler
