// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "schema/base/check.h"
#include "schema/base/fnv1a.h"

namespace cis::crawler {
namespace {

// Increased by hand when a change of the rules' code changes records.
constexpr char kRulesRelease[] = "0.2.0";

}  // namespace

TableRows ParseTable(absl::string_view text) {
  TableRows rows;
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

absl::string_view Tables::Text(absl::string_view name) const {
  const auto found = replaced_.find(std::string(name));
  return found == replaced_.end() ? EmbeddedTable(name) : absl::string_view(found->second);
}

TableRows Tables::Rows(absl::string_view name) const { return ParseTable(Text(name)); }

std::string Tables::Version() const {
  CIS_DCHECK(std::is_sorted(EmbeddedTableNames().begin(), EmbeddedTableNames().end()),
             "equal tables give equal versions");
  uint64_t hash = kFnv1aBasis;
  for (const absl::string_view name : EmbeddedTableNames()) {
    for (const absl::string_view text : {name, Text(name)}) {
      hash = Fnv1a(absl::string_view("\0", 1), Fnv1a(text, hash));
    }
  }
  return absl::StrCat(kRulesRelease, "+", absl::Hex(hash, absl::kZeroPad16));
}

}  // namespace cis::crawler
