// SPDX-License-Identifier: Apache-2.0
#include "client/format/table.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis::client {
namespace {

constexpr size_t kGap = 2;

absl::string_view AnsiCode(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kWarning:
      return "\x1b[33m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kDim:
      return "\x1b[2m";
    case Tone::kPlain:
      break;
  }
  return "";
}

// Takes columns from the widest that may be cut until all fit. `widths` of 0 are hidden.
bool Shrink(const std::vector<TableColumn>& columns, size_t max_width,
            std::vector<size_t>* widths) {
  const auto shown = static_cast<size_t>(
      std::count_if(widths->begin(), widths->end(), [](size_t w) { return w > 0; }));
  size_t total = std::accumulate(widths->begin(), widths->end(), size_t{0}) +
                 kGap * (shown > 0 ? shown - 1 : 0);
  bool cut = false;
  // First to the minimum width; if that is still too wide, to half of it.
  for (const size_t divisor : {size_t{1}, size_t{2}}) {
    while (total > max_width) {
      size_t widest = columns.size();
      for (size_t i = 0; i < columns.size(); ++i) {
        const size_t least =
            std::max(columns[i].min_width / divisor, DisplayWidth(columns[i].head));
        if (columns[i].min_width == 0 || (*widths)[i] <= least) continue;
        if (widest == columns.size() || (*widths)[i] > (*widths)[widest]) widest = i;
      }
      if (widest == columns.size()) break;
      --(*widths)[widest];
      --total;
      cut = true;
    }
  }
  return cut;
}

void AppendLine(absl::string_view line, std::string* text) {
  absl::StrAppend(text, absl::StripTrailingAsciiWhitespace(line), "\n");
}

}  // namespace

void Table::AddRow(std::vector<Cell> cells, std::vector<Cell> below) {
  cells.resize(columns_.size());
  for (Cell& cell : cells) cell.text = CleanText(cell.text);
  for (Cell& line : below) line.text = CleanText(line.text);
  rows_.push_back(std::move(cells));
  below_.push_back(std::move(below));
}

std::vector<size_t> Table::NaturalWidths() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = 0;
    for (const std::vector<Cell>& row : rows_) width = std::max(width, DisplayWidth(row[i].text));
    const bool hidden = (columns_[i].hide_if_empty && width == 0) ||
                        (columns_[i].hide_if_told && !TellsRowsApart(i));
    widths.push_back(hidden ? 0 : std::max(width, DisplayWidth(columns_[i].head)));
  }
  return widths;
}

bool Table::TellsRowsApart(size_t column) const {
  std::map<absl::string_view, absl::string_view> texts;  // of the first row with that first cell
  for (const std::vector<Cell>& row : rows_) {
    const auto [first, is_new] = texts.try_emplace(row[0].text, row[column].text);
    if (!is_new && first->second != row[column].text) return true;
  }
  return false;
}

std::string Table::Format(const TableStyle& style, bool* was_cut) const {
  std::vector<size_t> widths = NaturalWidths();
  const bool cut = style.max_width > 0 && Shrink(columns_, style.max_width, &widths);
  if (was_cut != nullptr) *was_cut = cut;
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    size_t skipped = 0;  // pending spaces; written only before the next text
    bool first = true;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] == 0) continue;
      if (!first) skipped += kGap;
      first = false;
      const Cell& cell = cell_of(i);
      const std::string shown = Truncate(cell.text, widths[i], columns_[i].cut);
      const size_t pad = widths[i] - DisplayWidth(shown);
      if (columns_[i].align == Align::kRight) skipped += pad;
      if (!shown.empty()) {
        absl::StrAppend(&line, std::string(skipped, ' '), Paint(shown, cell.tone, style.colour));
        skipped = 0;
      }
      if (columns_[i].align == Align::kLeft) skipped += pad;
    }
    AppendLine(line, &text);
  };
  add_line([&](size_t i) { return Cell{columns_[i].head, Tone::kDim}; });
  for (size_t r = 0; r < rows_.size(); ++r) {
    add_line([&](size_t i) -> const Cell& { return rows_[r][i]; });
    for (const Cell& line : below_[r]) {
      AppendLine(absl::StrCat("  ", Paint(line.text, line.tone, style.colour)), &text);
    }
  }
  return text;
}

std::string Paint(absl::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::kPlain || text.empty()) return std::string(text);
  return absl::StrCat(AnsiCode(tone), text, "\x1b[0m");
}

}  // namespace cis::client
