#pragma once

// Placements in words and columns.

#include <string>
#include <vector>

#include "cis/v1/placement.pb.h"
#include "client/table.h"

namespace cis {

// How the machine is reached, short: `net -> pool`, `net -> new router -> pool`, `net (direct)`.
std::string NetworkPlanText(const v1::NetworkPlan& plan);

// The columns of the table of placements and one row in them.
std::vector<TableColumn> PlacementColumns(bool wide, bool several_vos);
std::vector<Cell> PlacementCells(const v1::Placement& placement, bool wide, bool several_vos);

// The lines under a placement's row where the table is not wide: image and network plan, uncut,
// because they are what a person copies.
std::vector<Cell> PlacementLines(const v1::Placement& placement);

// A placement as one name: its share, flavor, image and network, with tabs between them; `-` for
// what has no name yet.
std::string PlacementName(const v1::Placement& placement);

}  // namespace cis
