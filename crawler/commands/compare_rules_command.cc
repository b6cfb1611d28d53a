// SPDX-License-Identifier: Apache-2.0

// `renormalize --compare`: prints what the rules and overrides of the options would change in the
// database.

#include <string>

#include "absl/strings/str_cat.h"
#include "crawler/commands/command.h"
#include "crawler/report/rules_comparison.h"
#include "schema/base/status_macros.h"
#include "schema/store/record_comparison.h"

namespace cis::crawler {
namespace {

absl::StatusOr<CommandResult> Compare(const CrawlerOptions& options, const Rules& rules) {
  CIS_ASSIGN_OR_RETURN(Corrector corrector, LoadCorrector(options, rules));
  RulesComparison comparison(options.lint_format == LintFormat::kJson
                                 ? RulesComparison::Format::kJson
                                 : RulesComparison::Format::kTable,
                             rules.version);
  const auto make = [&](const Observation& observation) {
    absl::StatusOr<RecordSet> records = NormalizeStored(rules, observation, corrector);
    comparison.NoteObservation(records.ok());
    return records;
  };
  CommandResult result;
  CIS_RETURN_IF_ERROR(CompareRecords(options.db, make, [&](const RecordDifference& difference) {
    absl::StrAppend(&result.out, comparison.Add(difference));
  }));
  LogOverrideProblems(corrector.Problems({}));
  absl::StrAppend(&result.out, comparison.Totals());
  result.exit_code = comparison.HasChanges() ? 3 : 0;
  return result;
}

}  // namespace

CommandResult RunCompareRules(const CrawlerOptions& options, const Rules& rules) {
  absl::StatusOr<CommandResult> result = Compare(options, rules);
  return result.ok() ? *std::move(result) : FailedCommand(result.status());
}

}  // namespace cis::crawler
