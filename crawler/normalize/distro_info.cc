// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/distro_info.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMaxCodenameBytes = 32;

// Rows by release, in the form of the table: distro, version, codename, release, eol, source.
using Rows = std::map<std::string, std::vector<std::string>>;

// "-" unless `cell` is a day.
std::string DayOrNone(absl::string_view cell) {
  const bool day = cell.size() == 10 && cell[4] == '-' && cell[7] == '-' &&
                   std::count_if(cell.begin(), cell.end(),
                                 [](unsigned char c) { return absl::ascii_isdigit(c); }) == 8;
  return day ? std::string(cell) : "-";
}

// Returns whether a version is a release: "24.04" of Ubuntu, "12" of others; Debian's numbering was
// different until 3.1.
bool IsRelease(absl::string_view distro, absl::string_view version) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(version, absl::MaxSplits('.', 1));
  const auto number = [](absl::string_view text, std::size_t least) {
    return text.size() >= least && text.size() <= 2 &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return absl::ascii_isdigit(c); });
  };
  return distro == "ubuntu"
             ? number(parts.first, 1) && number(parts.second, 2)
             : number(version, 1) && version != "1" && version != "2" && version != "3";
}

bool IsCodename(absl::string_view cell) {
  return !cell.empty() && cell.size() <= kMaxCodenameBytes &&
         std::all_of(cell.begin(), cell.end(),
                     [](unsigned char c) { return absl::ascii_islower(c); });
}

Rows ReadReleases(absl::string_view distro, absl::string_view csv) {
  Rows rows;
  std::map<std::string, std::size_t> columns;
  for (absl::string_view line : absl::StrSplit(csv, '\n')) {
    line = absl::StripSuffix(line, "\r");
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    if (columns.empty()) {  // the header; files differ in it and rows are ragged
      for (std::size_t i = 0; i < cells.size(); ++i) {
        columns.emplace(cells[i], i);
      }
      continue;
    }
    const auto cell = [&](const char* column) {
      const auto found = columns.find(column);
      return found == columns.end() || found->second >= cells.size() ? std::string()
                                                                     : cells[found->second];
    };
    const std::string version(absl::StripSuffix(cell("version"), " LTS"));
    if (!IsRelease(distro, version) || !IsCodename(cell("series"))) {
      continue;
    }
    rows[version] = {std::string(distro),    version,
                     cell("series"),         DayOrNone(cell("release")),
                     DayOrNone(cell("eol")), "distro-info-data of this machine"};
  }
  return rows;
}

}  // namespace

std::string MergeDistroInfo(absl::string_view releases, absl::string_view distro,
                            absl::string_view csv) {
  Rows rows = ReadReleases(distro, csv);
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(releases, "\n"), '\n')) {
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    const auto known =
        cells.size() > 1 && cells[0] == distro ? rows.find(std::string(cells[1])) : rows.end();
    if (known == rows.end()) {
      lines.emplace_back(line);
      continue;
    }
    lines.push_back(absl::StrJoin(known->second, "\t"));
    rows.erase(known);
  }
  for (const auto& [version, row] : rows) {
    lines.push_back(absl::StrJoin(row, "\t"));
  }
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

}  // namespace cis::crawler
