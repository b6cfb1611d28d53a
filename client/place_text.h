#pragma once

// Placements and reasons in words and columns.

#include <string>
#include <vector>

#include "absl/time/time.h"
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

// `3 of 9 shares of VO x can run this (24 sites known, data 2 h old).`
std::string SummarySentence(const v1::FindPlacementsResponse& response, absl::Time now);

// The request in the words of the command line, with what CIS added to it.
std::string RequestText(const v1::FindPlacementsRequest& request);

// One line for each share that is refused, at most `max_lines` (0 = all): further ones are counted
// by reason in the last line. Then suggestions, and relaxations as `Try: ...`.
std::vector<std::string> ReasonLines(const v1::FindPlacementsResponse& response, size_t max_lines);

// For `--explain`: the request as it was understood, the funnel, and all that is known of every
// share.
std::string ExplainText(const v1::FindPlacementsResponse& response, const TableStyle& style,
                        absl::Time now);

}  // namespace cis
