// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "crawler/commands/command.h"
#include "crawler/commands/lock_file.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "schema/store/backup.h"

namespace cis::crawler {
namespace {

void LogDone(absl::string_view event, const std::string& from, const std::string& to) {
  std::error_code error;
  const auto size = std::filesystem::file_size(to, error);
  Log(LogLevel::kInfo, event,
      {{"from", from}, {"to", to}, {"bytes", error ? "unknown" : absl::StrCat(size)}});
}

absl::Status Restore(const CrawlerOptions& options) {
  CIS_ASSIGN_OR_RETURN(const LockFile lock, LockFile::Acquire(absl::StrCat(options.db, ".lock")));
  return RestoreStore(options.copy, options.db);
}

}  // namespace

CommandResult RunBackup(const CrawlerOptions& options) {
  const absl::Status status = BackUpStore(options.db, options.copy);
  if (!status.ok()) return FailedCommand(status);
  LogDone("backup.done", options.db, options.copy);
  return {};
}

CommandResult RunRestore(const CrawlerOptions& options) {
  const absl::Status status = Restore(options);
  if (!status.ok()) return FailedCommand(status);
  LogDone("restore.done", options.copy, options.db);
  return {};
}

}  // namespace cis::crawler
