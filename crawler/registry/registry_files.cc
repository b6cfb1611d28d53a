// SPDX-License-Identifier: Apache-2.0
#include "crawler/registry/registry_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/registry/assembler.h"
#include "crawler/registry/gocdb.h"
#include "crawler/registry/limits.h"
#include "crawler/sites/secret_file.h"
#include "schema/base/read_file.h"

namespace cis::crawler {
namespace {

namespace fs = std::filesystem;

std::optional<RegistryPart> PartOfName(const std::string& file) {
  const std::string name = absl::AsciiStrToLower(fs::path(file).filename().string());
  if (absl::StrContains(name, "downtime")) return RegistryPart::kDowntimes;
  if (absl::StrContains(name, "service")) return RegistryPart::kServices;
  if (absl::StrContains(name, "site")) return RegistryPart::kSites;
  return std::nullopt;
}

// Returns the time of the last change; `now` if that is unknown or in the future.
absl::Time TimeOf(const std::string& file, absl::Time now) {
  struct stat info = {};
  if (stat(file.c_str(), &info) != 0) return now;
  return std::min(absl::TimeFromTimespec(info.st_mtim), now);
}

// Reads files one by one and keeps their entries by list.
class Reader {
 public:
  Reader(absl::Time now, Remarks& remarks) : now_(now), remarks_(remarks) {}

  void ReadPath(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      ReadFile(path);
      return;
    }
    std::vector<std::string> files;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (it->path().extension() == ".xml") files.push_back(it->path().string());
    }
    if (error) {
      Fail(std::nullopt, absl::NotFoundError(absl::StrCat(path, ": ", error.message())));
    } else if (files.empty()) {
      Fail(std::nullopt,
           absl::NotFoundError(absl::StrCat(path, ": this folder has no *.xml file")));
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) ReadFile(file);
  }

  RegistryLists Take() {
    RegistryLists lists;
    for (const RegistryPart part : kAllRegistryParts) {
      if (const auto failure = failures_.find(part); failure != failures_.end()) {
        lists.emplace(part, failure->second);
      } else if (const auto time = times_.find(part); time != times_.end()) {
        lists.emplace(part, assembler_.Take(part, time->second));
      }
    }
    return lists;
  }

 private:
  void ReadFile(const std::string& file) {
    if (++file_count_ > kMaxRegistryFiles) {
      Fail(std::nullopt, absl::ResourceExhaustedError(
                             absl::StrCat("there are more than ", kMaxRegistryFiles,
                                          " files of the registry (kMaxRegistryFiles)")));
      return;
    }
    const absl::StatusOr<std::string> text = ReadTextFile(file, kMaxRegistryPageBytes);
    if (!text.ok()) {
      Fail(PartOfName(file), text.status());
      return;
    }
    absl::StatusOr<GocdbPage> page = ParseGocdb(*text, file, remarks_);
    if (!page.ok()) {
      Fail(PartOfName(file), page.status());
      return;
    }
    std::set<RegistryPart> parts;
    if (!page->sites.empty()) parts.insert(RegistryPart::kSites);
    if (!page->services.empty()) parts.insert(RegistryPart::kServices);
    if (!page->downtimes.empty()) parts.insert(RegistryPart::kDowntimes);
    if (parts.empty() && (page->entry_count == 0 || page->skipped_count > 0)) {
      const std::optional<RegistryPart> named = PartOfName(file);
      if (named) {
        parts.insert(*named);
      } else {
        remarks_.Add(absl::StrCat("empty ", file),
                     absl::StrCat(file,
                                  ": the list is empty, and the file's name does not show of what; "
                                  "put downtime, service or site into the name"));
      }
    }
    if (!page->next_cursor.empty() || !page->next_page.empty()) {
      remarks_.Add(absl::StrCat("page ", file),
                   absl::StrCat(file,
                                ": the list continues on another page, which is not in this "
                                "file; put every page into a file of its own"));
    }
    const absl::Time time = TimeOf(file, now_);
    for (const RegistryPart part : parts) {
      const auto [it, inserted] = times_.emplace(part, time);
      if (!inserted) it->second = std::min(it->second, time);
    }
    const absl::Status added = assembler_.Add(*std::move(page), file, remarks_);
    if (!added.ok()) Fail(PartOfName(file), added);
  }

  // The first failure of a list is kept.
  void Fail(std::optional<RegistryPart> part, const absl::Status& status) {
    for (const RegistryPart one : kAllRegistryParts) {
      if (!part || *part == one) failures_.emplace(one, status);
    }
  }

  const absl::Time now_;
  Remarks& remarks_;
  RegistryAssembler assembler_;
  std::map<RegistryPart, absl::Time> times_;
  std::map<RegistryPart, absl::Status> failures_;
  size_t file_count_ = 0;
};

}  // namespace

RegistryLists ReadRegistryFiles(const std::vector<std::string>& paths, absl::Time now,
                                Remarks& remarks) {
  Reader reader(now, remarks);
  for (const std::string& path : paths) reader.ReadPath(path);
  return reader.Take();
}

}  // namespace cis::crawler
