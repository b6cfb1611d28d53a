#include "crawler/normalize/table.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis {

std::vector<std::vector<std::string>> ParseTable(absl::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::size_t width = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripSuffix(line, "\r");
    if (line.empty() || absl::StartsWith(line, "#")) {
      continue;
    }
    std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (width == 0) {  // the header
      width = cells.size();
      continue;
    }
    for (std::string& cell : cells) {
      if (cell == "-") {
        cell.clear();
      }
    }
    cells.resize(width);
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::vector<std::string>> LoadTable(absl::string_view name) {
  return ParseTable(EmbeddedTable(name));
}

}  // namespace cis
