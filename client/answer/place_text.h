#pragma once

// Placements in words and columns.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cis/v1/placement.pb.h"
#include "client/format/table.h"

namespace cis::client {

// How the machine is reached, short: `net -> pool`, `net -> new router -> pool`, `net (direct)`.
std::string NetworkPlanText(const v1::NetworkPlan& plan);

// What the machines are, in one line: flavor, image and network plan, of each group if there are
// any.
std::string MachinesText(const v1::Placement& placement);

// What the service said to one query, all pages of it.
struct PlaceAnswer {
  v1::FindPlacementsResponse found;
  v1::ExplainPlacementsResponse explained;  // empty if nobody wants to know
};

// What tells rows apart beside their site.
struct RowKeys {
  bool vo = false;                        // several VOs were asked for
  std::set<std::string> sites_by_region;  // names of sites that have shares in several regions

  void AddShare(const std::string& site_name, const std::string& region);

 private:
  std::map<std::string, std::string> regions_;  // by site name; the first one
};
RowKeys RowKeysOf(const PlaceAnswer& answer);

// The columns of the table of placements and one row in them.
std::vector<TableColumn> PlacementColumns(bool wide, const RowKeys& keys);
std::vector<Cell> PlacementCells(const v1::Placement& placement, bool wide, const RowKeys& keys);

// The lines under a placement's row: image and network plan where the table is not wide, uncut,
// because they are what a person copies; of groups one line per group in every table.
std::vector<Cell> PlacementLines(const v1::Placement& placement);

// A placement as one name: its share, flavor, image and network, with tabs between them; `-` for
// what has no name yet, and for all but the share where there are groups.
std::string PlacementName(const v1::Placement& placement);

}  // namespace cis::client
