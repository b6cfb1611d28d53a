#include "crawler/normalize/table.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "schema/base/mutex.h"

namespace cis::crawler {
namespace {

// Increased by hand when a change of the rules' code changes records.
constexpr char kRulesRelease[] = "0.2.0";

// The only state of the rules: set before the first rule is used, constant from then on.
class TablesInForce {
 public:
  static TablesInForce& Get() {
    static auto* const kTables = new TablesInForce();
    return *kTables;
  }

  absl::Status Replace(std::map<std::string, std::string> texts) {
    const MutexLock lock(&mutex_);
    if (is_used_) {
      return absl::FailedPreconditionError(
          "rules were used before they were to be replaced; replace them first");
    }
    replaced_ = std::move(texts);
    return absl::OkStatus();
  }

  std::string Text(absl::string_view name) {
    const MutexLock lock(&mutex_);
    is_used_ = true;
    const auto found = replaced_.find(std::string(name));
    return found == replaced_.end() ? std::string(EmbeddedTable(name)) : found->second;
  }

 private:
  Mutex mutex_;
  bool is_used_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, std::string> replaced_ ABSL_GUARDED_BY(mutex_);
};

// FNV-1a: it protects no secret, it only distinguishes sets of rules.
uint64_t Fingerprint(uint64_t hash, absl::string_view text) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

}  // namespace

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
  return ParseTable(TablesInForce::Get().Text(name));
}

absl::Status ReplaceTables(std::map<std::string, std::string> texts) {
  for (const auto& [name, text] : texts) {
    if (EmbeddedTable(name).empty()) {
      return absl::InvalidArgumentError(absl::StrCat("there is no table \"", name,
                                                     "\"; it must be one of ",
                                                     absl::StrJoin(EmbeddedTableNames(), ", ")));
    }
  }
  return TablesInForce::Get().Replace(std::move(texts));
}

std::string RulesVersion() {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const std::string& name : EmbeddedTableNames()) {
    hash = Fingerprint(hash, name);
    hash = Fingerprint(hash, absl::string_view("\0", 1));
    hash = Fingerprint(hash, TablesInForce::Get().Text(name));
    hash = Fingerprint(hash, absl::string_view("\0", 1));
  }
  return absl::StrCat(kRulesRelease, "+", absl::Hex(hash, absl::kZeroPad16));
}

}  // namespace cis::crawler
