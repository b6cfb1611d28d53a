// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/commands/command.h"
#include "crawler/commands/lock_file.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "schema/base/time_text.h"
#include "schema/store/history.h"

namespace cis::crawler {

absl::Status PruneOlder(const std::string& db, absl::Time before) {
  CIS_ASSIGN_OR_RETURN(const PruneResult result, PruneHistory(db, before));
  Log(LogLevel::kInfo, "prune.done",
      {{"before", FormatSecond(before)},
       {"crawls", result.crawl_count},
       {"changes", result.change_count},
       {"transactions", result.history_count},
       {"records", result.record_count}});
  return absl::OkStatus();
}

CommandResult RunPrune(const CrawlerOptions& options, absl::Time now) {
  const absl::Status status = [&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const LockFile lock, LockFile::Acquire(absl::StrCat(options.db, ".lock")));
    return PruneOlder(options.db, now - options.keep_history);
  }();
  return status.ok() ? CommandResult() : FailedCommand(status);
}

}  // namespace cis::crawler
