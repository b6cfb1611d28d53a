// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/rules_folder.h"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/normalize/distro_info.h"
#include "crawler/normalize/rules.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"
#include "crawler/sites/secret_file.h"
#include "schema/base/log.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

constexpr size_t kMaxTableBytes = size_t{4} << 20;

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

// The compiled table of releases with what this machine knows better; unchanged if it does not.
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

absl::StatusOr<std::unique_ptr<const Rules>> LoadRules(const std::string& rules,
                                                       const std::string& distro_info) {
  std::map<std::string, TableFile> files;
  if (!rules.empty()) {
    CIS_ASSIGN_OR_RETURN(files, ReadFolder(rules));
  }
  const size_t own_count = files.size();
  // Facts that do not fit the operator's own tables (another set of distributions) stay out.
  if (!distro_info.empty() && !files.contains("releases") && !files.contains("distros")) {
    std::string releases = ReleasesOf(distro_info);
    if (releases != EmbeddedTable("releases") &&
        CheckTable("releases", distro_info, releases, EmbeddedTable("distros")).ok()) {
      files.emplace("releases", TableFile{distro_info, std::move(releases)});
    }
  }
  CIS_ASSIGN_OR_RETURN(std::unique_ptr<const Rules> loaded, Rules::Replacing(files));
  if (own_count > 0) {
    Log(LogLevel::kInfo, "rules.replaced", {{"folder", rules}, {"tables", own_count}});
  }
  return loaded;
}

}  // namespace cis::crawler
