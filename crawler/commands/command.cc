// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/command.h"

#include <memory>
#include <utility>

#include "crawler/commands/rules_folder.h"
#include "crawler/normalize/normalizer.h"
#include "crawler/overrides/overrides.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {

CommandResult FailedCommand(const absl::Status& status) {
  CommandResult result;
  result.error = std::string(status.message());
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
      result.exit_code = 2;
      break;
    default:
      result.exit_code = 1;
  }
  return result;
}

absl::StatusOr<Corrector> LoadCorrector(const CrawlerOptions& options, const Rules& rules) {
  if (options.overrides.empty()) return Corrector();
  CIS_ASSIGN_OR_RETURN(std::vector<Override> overrides, LoadOverrides(options.overrides));
  return Corrector(std::move(overrides), rules);
}

void LogOverrideProblems(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) {
    Log(LogLevel::kWarning, "override.problem", {{"message", problem}});
  }
}

absl::StatusOr<RecordSet> NormalizeStored(const Rules& rules, const Observation& observation,
                                          Corrector& corrector) {
  absl::StatusOr<RecordSet> records = Normalize(rules, observation);
  if (records.ok()) {
    corrector.Apply(&*records);
    return records;
  }
  // These rules read less than those of the crawl: the records from then stay.
  corrector.NoteMissing(observation.share, observation.kind);
  Log(LogLevel::kWarning, "renormalize.failure",
      {{"site", observation.share.endpoint.site_name},
       {"vo", observation.share.vo},
       {"kind", FormatKind(observation.kind)},
       {"message", records.status().message()}});
  return records;
}

// The other commands do not read and check tables.
bool AppliesRules(CrawlerCommand command) {
  return command == CrawlerCommand::kCrawl || command == CrawlerCommand::kNormalize ||
         command == CrawlerCommand::kRenormalize || command == CrawlerCommand::kLint;
}

CommandResult RunCommand(const CrawlerOptions& options, const ProcessContext& context) {
  std::unique_ptr<const Rules> rules;
  if (AppliesRules(options.command)) {
    absl::StatusOr<std::unique_ptr<const Rules>> loaded =
        LoadRules(options.rules, context.distro_info_folder);
    if (!loaded.ok()) return FailedCommand(loaded.status());
    rules = *std::move(loaded);
  }
  switch (options.command) {
    case CrawlerCommand::kCrawl:
      return options.dry_run ? RunDryRun(options, context, *rules)
                             : RunCrawl(options, context, *rules);
    case CrawlerCommand::kStatus:
      return RunStatus(options, context);
    case CrawlerCommand::kNormalize:
      return RunNormalize(options, *rules, context.read_stdin());
    case CrawlerCommand::kRenormalize:
      return options.compare ? RunCompareRules(options, *rules) : RunRenormalize(options, *rules);
    case CrawlerCommand::kLint:
      return RunLint(options, *rules, context.clock->Now());
    case CrawlerCommand::kRegistry:
      return RunRegistry(options, context);
    case CrawlerCommand::kPrune:
      return RunPrune(options, context.clock->Now());
    case CrawlerCommand::kBackup:
      return RunBackup(options);
    case CrawlerCommand::kRestore:
      return RunRestore(options);
    case CrawlerCommand::kHelp:
    case CrawlerCommand::kVersion:
      break;
  }
  return {0, options.text, ""};
}

}  // namespace cis::crawler
