// SPDX-License-Identifier: Apache-2.0
#pragma once

// Placements in words and columns.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cis/v1/placement.pb.h"
#include "client/format/table.h"

namespace cis::client {

// Returns how the machine is reached, in short: `net -> pool`, `net -> new router -> pool`, `net
// (direct)`.
std::string NetworkPlanText(const v1::NetworkPlan& plan);

// Returns the machines in one line: flavor, image and network plan, per group if there are any.
std::string MachinesText(const v1::Placement& placement);

// The service's answer to one query, from all pages.
struct PlaceAnswer {
  v1::FindPlacementsResponse found;
  v1::ExplainPlacementsResponse explained;  // empty if it was not requested
};

// What distinguishes rows besides their site.
struct RowKeys {
  bool vo = false;                        // several VOs were requested
  std::set<std::string> sites_by_region;  // names of sites that have shares in several regions

  void AddShare(const std::string& site_name, const std::string& region);

 private:
  std::map<std::string, std::string> regions_;  // by site name; the first region
};
RowKeys RowKeysOf(const PlaceAnswer& answer);

// The columns of the table of placements, and the cells of one row.
std::vector<TableColumn> PlacementColumns(bool wide, const RowKeys& keys);
std::vector<Cell> PlacementCells(const v1::Placement& placement, bool wide, const RowKeys& keys);

// Returns the lines below a placement's row: image and network plan, unless the table is wide; they
// are not cut, because people copy them. For groups, one line per group in every table.
std::vector<Cell> PlacementLines(const v1::Placement& placement);

// Returns a placement as one name: its share, flavor, image and network, separated by tabs; `-` for
// what has no name yet, and, if there are groups, for all but the share.
std::string PlacementName(const v1::Placement& placement);

}  // namespace cis::client
