#pragma once

// The rules of placement once more, written apart from the engine and without any of its code:
// every combination is tried. Slow and plain. Reads the catalog only.

#include <cstdint>
#include <set>
#include <string>
#include <tuple>

#include "schema/model/catalog.h"
#include "server/placement/placement_query.h"

namespace cis {

// (site, vo, flavor id, image id, network id, pool id); "" where there is none.
using Combination =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;

// Every combination that satisfies the query. Knows bounds of numbers, distro and `>=` of a
// version, arch, count, wishes for addresses and volumes; not names, sites, countries and ages.
std::set<Combination> TryEverything(const Catalog& catalog, const PlacementQuery& query);

}  // namespace cis
