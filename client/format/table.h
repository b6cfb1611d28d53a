#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "client/text/text.h"

namespace cis::client {

enum class Align { kLeft, kRight };

// How a cell is coloured on a terminal.
enum class Tone { kPlain, kGood, kWarning, kBad, kDim };

struct TableColumn {
  std::string head;  // with its unit: `RAM GiB`
  Align align = Align::kLeft;
  // Width that it may be cut to when the table is too wide, half of it if nothing else helps; 0 =
  // never cut.
  size_t min_width = 0;
  Cut cut = Cut::kEnd;
  bool hide_if_empty = false;  // not shown if no row has text in it
  // Not shown unless two rows with the same first cell differ in it: the regions of sites.
  bool hide_if_told = false;
};

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

struct TableStyle {
  size_t max_width = 0;  // columns; 0 = as wide as the text is
  bool colour = false;   // ANSI colours
};

// Text in columns, two spaces apart, under a line of heads. Takes names as sites wrote them: cells
// are cleaned (CleanText). Not safe to use from several threads at once.
class Table {
 public:
  explicit Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  // Adds a row; missing cells at the end are empty, further ones are dropped.
  // `below` are lines that stand under the row, indented and as long as they are.
  void AddRow(std::vector<Cell> cells, std::vector<Cell> below = {});

  bool empty() const { return rows_.empty(); }

  // The whole text, each line ended by a newline. Sets `was_cut` if something was left out.
  std::string Format(const TableStyle& style, bool* was_cut = nullptr) const;

 private:
  std::vector<size_t> NaturalWidths() const;
  bool TellsRowsApart(size_t column) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::vector<Cell>> below_;  // one entry a row
};

// `text` between the ANSI codes of `tone`; as it is if `colour` is false.
std::string Paint(absl::string_view text, Tone tone, bool colour);

}  // namespace cis::client
