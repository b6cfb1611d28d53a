// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/table_check.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "crawler/normalize/basics.h"
#include "crawler/normalize/iana.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {
namespace {

using Cells = std::vector<absl::string_view>;

struct Line {
  int number = 0;
  absl::string_view text;
};

// Lines that are neither empty nor a comment: the header and the rows.
std::vector<Line> ContentLines(absl::string_view text) {
  std::vector<Line> lines;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    if (!line.empty() && !absl::StartsWith(line, "#")) {
      lines.push_back({number, line});
    }
  }
  return lines;
}

// Returns the forms that a table declares for its columns.
std::map<std::string, std::string> FormsOf(absl::string_view table) {
  std::map<std::string, std::string> forms;
  for (absl::string_view line : absl::StrSplit(table, '\n')) {
    if (!absl::ConsumePrefix(&line, "#! ")) {
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(absl::StripSuffix(line, "\r"), absl::MaxSplits(": ", 1));
    forms.emplace(parts.first, parts.second);
  }
  return forms;
}

bool IsNumber(absl::string_view cell) {
  return cell.size() <= 9 && std::all_of(cell.begin(), cell.end(),
                                         [](unsigned char c) { return absl::ascii_isdigit(c); });
}

bool IsDay(absl::string_view cell) {
  absl::CivilDay day;
  return cell.size() == 10 && absl::ParseCivilTime(cell, &day);
}

bool IsHexNumber(absl::string_view cell) {
  return std::all_of(cell.begin(), cell.end(), [](unsigned char c) {
    return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
  });
}

// Returns the required form of a cell, for messages; empty if `cell` is right.
std::string Complaint(absl::string_view form, absl::string_view cell,
                      const std::set<std::string>& distros) {
  const bool may_be_empty = absl::ConsumeSuffix(&form, " or -");
  const auto wanted = [&](absl::string_view what) {
    return absl::StrCat(what, may_be_empty ? ", or - for none" : "");
  };
  if (cell.empty() || cell == "-") {
    return may_be_empty ? "" : wanted(form.empty() ? "a string" : form);
  }
  if (form == "day") return IsDay(cell) ? "" : wanted("a date such as 2026-11-22");
  if (form == "number") return IsNumber(cell) ? "" : wanted("a whole number");
  if (form == "hex") return IsHexNumber(cell) ? "" : wanted("a lower-case hexadecimal number");
  if (form == "range") {
    return IsAddressOrRange(cell) ? "" : wanted("a range such as 192.0.2.0/24");
  }
  if (form == "distro") {
    return distros.contains(std::string(cell)) ? "" : wanted("an id of the table distros");
  }
  const std::vector<absl::string_view> words = absl::StrSplit(form, '|');
  return std::find(words.begin(), words.end(), cell) != words.end()
             ? ""
             : wanted(absl::StrCat("one of ", absl::StrJoin(words, ", ")));
}

}  // namespace

absl::Status CheckTable(absl::string_view name, absl::string_view file, absl::string_view text,
                        absl::string_view distros) {
  const absl::string_view model = EmbeddedTable(name);
  const std::vector<Line> model_lines = ContentLines(model);
  const std::vector<Line> lines = ContentLines(text);
  if (model_lines.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": there is no table \"", name,
                                                   "\"; it must be one of ",
                                                   absl::StrJoin(EmbeddedTableNames(), ", ")));
  }
  const Cells header = absl::StrSplit(model_lines.front().text, '\t');
  if (lines.size() < 2 || lines.front().text != model_lines.front().text) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", lines.empty() ? 1 : lines.front().number, ": ",
                     lines.size() == 1 ? "the table has no rows"
                                       : "the first line that is not a comment is not the header",
                     "; it must be ", absl::StrJoin(header, "<tab>"), " with rows below it"));
  }
  std::set<std::string> distro_ids;
  for (const auto& row : ParseTable(distros)) distro_ids.insert(row.front());
  const std::map<std::string, std::string> forms = FormsOf(model);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string place = absl::StrCat(file, ":", lines[i].number, ": ");
    const Cells cells = absl::StrSplit(lines[i].text, '\t');
    if (cells.size() != header.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, "the row has ", cells.size(), " cells; it must have ", header.size(),
                       ": ", absl::StrJoin(header, "<tab>"), ", with - for an empty one"));
    }
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const auto form = forms.find(std::string(header[k]));
      const bool is_needed = k == 0 || header[k] == "source";
      if (form == forms.end() && !is_needed) continue;
      const std::string complaint = form == forms.end()
                                        ? (cells[k].empty() || cells[k] == "-" ? "a string" : "")
                                        : Complaint(form->second, cells[k], distro_ids);
      if (complaint.empty()) continue;
      return absl::InvalidArgumentError(absl::StrCat(place, header[k], " is \"",
                                                     CutUtf8(cells[k], kMaxShownBytes),
                                                     "\"; it must be ", complaint));
    }
  }
  return absl::OkStatus();
}

}  // namespace cis::crawler
