#pragma once

// The columns of each noun's table.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cis/v1/inventory.pb.h"
#include "cis/v1/registry.pb.h"
#include "client/format/table.h"

namespace cis::client {

// The columns of T's table; `wide` has all, otherwise those that fit a screen.
template <typename T>
std::vector<TableColumn> TableColumnsOf(bool wide);

// The cells of one row in those columns. Ages are told as of `now`.
template <typename T>
std::vector<Cell> CellsOf(const T& item, bool wide, absl::Time now);

// What stands under the row of `item` in a table that fits a screen of `width` columns (0 = as long
// as it is); empty for most nouns.
template <typename T>
std::vector<Cell> LinesBelow(const T& item, size_t width);

}  // namespace cis::client
