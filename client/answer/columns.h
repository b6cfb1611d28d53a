// SPDX-License-Identifier: Apache-2.0
#pragma once

// The columns of each noun's table.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cis/v1/inventory.pb.h"
#include "cis/v1/registry.pb.h"
#include "client/format/table.h"

namespace cis::client {

// Returns the columns of T's table: all if `wide`, otherwise those that fit a screen.
template <typename T>
std::vector<TableColumn> TableColumnsOf(bool wide);

// Returns the cells of one row in those columns. Ages are relative to `now`.
template <typename T>
std::vector<Cell> CellsOf(const T& item, bool wide, absl::Time now);

// Returns the lines below the row of `item` in a table that fits a screen of `width` columns (0 =
// no limit); empty for most nouns.
template <typename T>
std::vector<Cell> LinesBelow(const T& item, size_t width);

}  // namespace cis::client
