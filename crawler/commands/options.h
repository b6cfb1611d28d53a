// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/log.h"
#include "schema/model/data_state.h"
#include "schema/model/records.h"

namespace cis::crawler {

enum class CrawlerCommand {
  kHelp,
  kVersion,
  kCrawl,
  kStatus,
  kNormalize,
  kRenormalize,
  kLint,
  kRegistry,
  kPrune,
  kBackup,
  kRestore
};

// The output format of the findings of `lint` and the differences of `renormalize --compare`.
enum class LintFormat { kTable, kJson };

// Every flag of cis-crawler. `cis-crawler COMMAND --help` lists the flags of a command.
struct CrawlerOptions {
  CrawlerCommand command = CrawlerCommand::kHelp;
  std::string text;  // kHelp, kVersion: the text to print

  std::string db;
  std::vector<std::string> site_filter;
  std::vector<std::string> vo_filter;
  LogFormat log_format = LogFormat::kText;
  std::string overrides;  // the operator's corrections, a file; empty = none
  std::string rules;      // a folder of tables that replace the compiled ones; empty = none

  std::vector<std::string>
      gocdb;  // crawl, registry: one URL, or files and folders; none = not read

  // crawl
  std::vector<std::string> site_paths;  // --sites and --clouds
  std::string token_file;               // empty = none
  std::string credentials;              // the operator's file of credentials; empty = none
  int max_in_flight_per_endpoint = 6;
  int max_in_flight = 300;
  absl::Duration timeout = absl::Seconds(30);
  absl::Duration share_deadline = absl::Minutes(10);
  bool back_off = true;  // skip endpoints that have failed for days; also off with --site
  bool verbose = false;
  bool dry_run = false;  // print the requests without sending them
  std::string summary;   // report of the crawl, a file or "-" = stdout; empty = none

  // crawl, prune
  absl::Duration keep_history = absl::Hours(24 * 90);  // older history is deleted

  // status
  FreshnessPolicy freshness;

  // backup, restore
  std::string copy;  // --to, --from

  // normalize
  Kind kind = Kind::kImages;
  std::string of_site;  // the site whose overrides apply; empty = those for every site

  // renormalize
  bool compare = false;  // print the changes without making them

  // lint, renormalize --compare
  LintFormat lint_format = LintFormat::kTable;
};

// Parses the arguments after the program's name. Returns INVALID_ARGUMENT with one sentence that
// names what is wrong and what would be right.
absl::StatusOr<CrawlerOptions> ParseCrawlerOptions(const std::vector<std::string>& args);

// Returns the exit code for arguments that ParseCrawlerOptions rejects: 3 (unknown) for `status`,
// as monitoring systems expect, otherwise 2.
int UsageExitCode(const std::vector<std::string>& args);

}  // namespace cis::crawler
