// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "client/text/text.h"

namespace cis::client {

enum class Align { kLeft, kRight };

// The colour of a cell on a terminal.
enum class Tone { kPlain, kGood, kWarning, kBad, kDim };

struct TableColumn {
  std::string head;  // with its unit: `RAM GiB`
  Align align = Align::kLeft;
  // The width to which the column may be cut when the table is too wide, or to half of it if that
  // is not enough; 0 = never cut.
  size_t min_width = 0;
  Cut cut = Cut::kEnd;
  bool hide_if_empty = false;  // not shown if no row has text in it
  // Shown only if two rows with the same first cell differ in it, as the regions of a site do.
  bool hide_if_told = false;
};

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

struct TableStyle {
  size_t max_width = 0;  // columns; 0 = no limit
  bool colour = false;   // ANSI colours
};

// Formats text in columns, two spaces apart, under a header line. Accepts names as sites wrote
// them: cells are cleaned (CleanText). Not thread-safe.
class Table {
 public:
  explicit Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  // Adds a row; missing cells at the end are empty, surplus ones are dropped. `below` are indented
  // lines below the row that are never cut.
  void AddRow(std::vector<Cell> cells, std::vector<Cell> below = {});

  bool empty() const { return rows_.empty(); }

  // Returns the whole text, each line ended by a newline. Sets `was_cut` if something was left out.
  std::string Format(const TableStyle& style, bool* was_cut = nullptr) const;

 private:
  std::vector<size_t> NaturalWidths() const;
  bool TellsRowsApart(size_t column) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::vector<Cell>> below_;  // one entry per row
};

// Returns `text` between the ANSI codes of `tone`; unchanged if `colour` is false.
std::string Paint(absl::string_view text, Tone tone, bool colour);

}  // namespace cis::client
