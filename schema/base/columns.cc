// SPDX-License-Identifier: Apache-2.0
#include "schema/base/columns.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schema/base/unicode.h"

namespace cis {

std::string CutToColumns(absl::string_view text, size_t width, absl::string_view mark) {
  if (DisplayWidth(text) <= width) return std::string(text);
  const size_t mark_width = DisplayWidth(mark);
  if (width < mark_width) return "";
  size_t room = width - mark_width;
  size_t size = 0;
  for (const Cluster& c : SplitClusters(text)) {
    if (c.width > room) break;
    room -= c.width;
    size += c.text.size();
  }
  return absl::StrCat(text.substr(0, size), mark);
}

std::vector<std::string> WrapText(absl::string_view text, size_t width, size_t indent) {
  if (DisplayWidth(text) <= width) return {std::string(text)};
  std::vector<std::string> lines(1);
  bool is_empty = true;  // the last line is empty except for its indent
  const auto start = static_cast<size_t>(std::min(text.find_first_not_of(' '), text.size()));
  lines.back() = std::string(text.substr(0, start));
  absl::string_view before;  // spaces of the text before the next word
  for (absl::string_view rest = text.substr(start); !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const absl::string_view word = rest.substr(0, end);
    if (!is_empty && DisplayWidth(lines.back()) + before.size() + DisplayWidth(word) > width) {
      lines.emplace_back(indent, ' ');
      is_empty = true;
    }
    if (!is_empty) absl::StrAppend(&lines.back(), before);
    absl::StrAppend(&lines.back(), word);
    is_empty = false;
    rest.remove_prefix(end);
    const size_t spaces = std::min(rest.find_first_not_of(' '), rest.size());
    before = rest.substr(0, spaces);
    rest.remove_prefix(spaces);
  }
  return lines;
}

}  // namespace cis
