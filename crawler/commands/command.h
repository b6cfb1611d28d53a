// SPDX-License-Identifier: Apache-2.0
#pragma once

// The commands of cis-crawler. They read and write the files that their options name; everything
// else that they need from the process is passed in, and their output is returned, so that `main`
// prints it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/commands/options.h"
#include "crawler/normalize/rules.h"
#include "crawler/overrides/corrector.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"

namespace cis::crawler {

// What a command may use of its process.
struct ProcessContext {
  const Clock* clock = nullptr;
  std::function<std::optional<std::string>(absl::string_view name)> environment;
  std::function<void(absl::string_view text)> write_terminal;  // progress; null if there is none
  std::function<void(HttpTransport*)> on_transport;            // signals cancel it; null at the end
  std::function<std::string()> read_stdin;                     // all of it
  uint64_t seed = 0;                                           // of the retries' jitter
  std::string distro_info_folder;  // of Debian's distro-info-data; empty or absent = none
};

struct CommandResult {
  int exit_code = 0;
  std::string out;    // for stdout, ends with a newline if not empty
  std::string error;  // for stderr: sentences, without a final newline
};

// Returns exit code 2 for what the user can fix (a missing, foreign, damaged or newer file, bad
// configuration), otherwise 1.
CommandResult FailedCommand(const absl::Status& status);

// Returns the overrides that `options` names, or none. `rules` must outlive them. Returns the
// errors of LoadOverrides: INVALID_ARGUMENT or NOT_FOUND.
absl::StatusOr<Corrector> LoadCorrector(const CrawlerOptions& options, const Rules& rules);
// Returns the records of a stored observation by `rules`, with the overrides applied. Logs the
// error of Normalize before it returns it.
absl::StatusOr<RecordSet> NormalizeStored(const Rules& rules, const Observation& observation,
                                          Corrector& corrector);
// Logs the result of Corrector::Problems.
void LogOverrideProblems(const std::vector<std::string>& problems);

// Deletes the history before `before` from the database, and logs how much. The caller holds the
// lock of crawlers. Returns the errors of PruneHistory.
absl::Status PruneOlder(const std::string& db, absl::Time before);

// Runs the command that `options` names.
CommandResult RunCommand(const CrawlerOptions& options, const ProcessContext& context);

CommandResult RunCrawl(const CrawlerOptions& options, const ProcessContext& context,
                       const Rules& rules);
// Prints the requests that RunCrawl would send; sends nothing and writes nothing.
CommandResult RunDryRun(const CrawlerOptions& options, const ProcessContext& context,
                        const Rules& rules);
CommandResult RunStatus(const CrawlerOptions& options, const ProcessContext& context);
CommandResult RunNormalize(const CrawlerOptions& options, const Rules& rules,
                           absl::string_view body);
CommandResult RunRenormalize(const CrawlerOptions& options, const Rules& rules);
// Prints how RunRenormalize would change the stored records; writes nothing.
CommandResult RunCompareRules(const CrawlerOptions& options, const Rules& rules);
CommandResult RunLint(const CrawlerOptions& options, const Rules& rules, absl::Time now);
CommandResult RunRegistry(const CrawlerOptions& options, const ProcessContext& context);
CommandResult RunPrune(const CrawlerOptions& options, absl::Time now);
CommandResult RunBackup(const CrawlerOptions& options);
CommandResult RunRestore(const CrawlerOptions& options);

}  // namespace cis::crawler
