#include "crawler/normalize/table.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis::crawler {
namespace {

// Increased by hand when a change of the rules' code changes records.
constexpr char kRulesRelease[] = "0.2.0";

// FNV-1a: no secret is kept by it, it only tells sets of rules apart.
uint64_t Fingerprint(uint64_t hash, absl::string_view text) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

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
  uint64_t hash = 0xcbf29ce484222325U;
  for (const absl::string_view name : EmbeddedTableNames()) {
    hash = Fingerprint(hash, name);
    hash = Fingerprint(hash, absl::string_view("\0", 1));
    hash = Fingerprint(hash, Text(name));
    hash = Fingerprint(hash, absl::string_view("\0", 1));
  }
  return absl::StrCat(kRulesRelease, "+", absl::Hex(hash, absl::kZeroPad16));
}

}  // namespace cis::crawler
