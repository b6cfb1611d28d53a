#include "crawler/commands/rules_folder.h"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/normalize/distro_info.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"
#include "crawler/sites/secret_file.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

constexpr size_t kMaxTableBytes = size_t{4} << 20;

struct TableFile {
  std::string path;
  std::string text;
};

absl::StatusOr<std::map<std::string, TableFile>> ReadFolder(const std::string& folder) {
  std::map<std::string, TableFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.extension() != ".tsv") continue;
    TableFile file{path.string(), ""};
    CIS_ASSIGN_OR_RETURN(file.text, ReadTextFile(file.path, kMaxTableBytes));
    files.emplace(path.stem().string(), std::move(file));
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat("--rules is \"", folder, "\": ", error.message(),
                                            "; it must be a folder of tables"));
  }
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat("--rules is \"", folder,
                                            "\", which has no tables; it may contain ",
                                            absl::StrJoin(EmbeddedTableNames(), ".tsv, "), ".tsv"));
  }
  return files;
}

// The operator's tables by name, checked.
absl::StatusOr<std::map<std::string, std::string>> LoadRules(const std::string& folder) {
  CIS_ASSIGN_OR_RETURN(auto files, ReadFolder(folder));
  const auto own_distros = files.find("distros");
  const std::string distros =
      own_distros == files.end() ? std::string(EmbeddedTable("distros")) : own_distros->second.text;
  for (const auto& [name, file] : files) {
    CIS_RETURN_IF_ERROR(CheckTable(name, file.path, file.text, distros));
  }
  // Tables that stay must still be valid with a replaced table of distributions.
  if (own_distros != files.end()) {
    for (const std::string& name : EmbeddedTableNames()) {
      if (files.contains(name)) continue;
      CIS_RETURN_IF_ERROR(CheckTable(
          name, absl::StrCat("compiled table ", name, " beside ", own_distros->second.path),
          EmbeddedTable(name), distros));
    }
  }
  std::map<std::string, std::string> texts;
  for (auto& [name, file] : files) texts.emplace(name, std::move(file.text));
  Log(LogLevel::kInfo, "rules.replaced", {{"folder", folder}, {"tables", texts.size()}});
  return texts;
}

// Returns the compiled table of releases, updated with this machine's newer facts; unchanged if it
// has none.
std::string ReleasesOf(const std::string& distro_info) {
  std::string releases(EmbeddedTable("releases"));
  for (const char* distro : {"debian", "ubuntu"}) {
    const absl::StatusOr<std::string> csv =
        ReadTextFile(absl::StrCat(distro_info, "/", distro, ".csv"), kMaxTableBytes);
    if (csv.ok()) releases = MergeDistroInfo(releases, distro, *csv);
  }
  return releases;
}

}  // namespace

absl::Status UseRules(const std::string& rules, const std::string& distro_info) {
  std::map<std::string, std::string> texts;
  if (!rules.empty()) {
    CIS_ASSIGN_OR_RETURN(texts, LoadRules(rules));
  }
  // Facts that do not match the operator's own tables (another set of distributions) are left out.
  if (!distro_info.empty() && !texts.contains("releases") && !texts.contains("distros")) {
    std::string releases = ReleasesOf(distro_info);
    if (releases != EmbeddedTable("releases") &&
        CheckTable("releases", distro_info, releases, EmbeddedTable("distros")).ok()) {
      texts.emplace("releases", std::move(releases));
    }
  }
  return texts.empty() ? absl::OkStatus() : ReplaceTables(std::move(texts));
}

}  // namespace cis::crawler
