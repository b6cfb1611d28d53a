// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "crawler/commands/command.h"
#include "crawler/commands/options.h"
#include "crawler/crawl/crawl_cycle.h"
#include "crawler/report/crawl_summary_text.h"
#include "crawler/sites/sites.h"

namespace cis::crawler {

// Collects what --summary reports about a crawl, and writes it when the crawl ends, for whatever
// reason. Does nothing without the flag. For one crawl; not thread-safe; `options` and `clock` must
// outlive it.
class CrawlReporter {
 public:
  CrawlReporter(const CrawlerOptions& options, const Clock* clock);

  // Collects errors and remarks about site files. Remarks on files that are older than the last
  // crawl of `known` are only counted.
  void NoteConfiguration(const SitesConfig& config, const Catalog& known);
  // Remembers the journal's newest position, after which the crawl's own changes are added. The
  // store must be open.
  absl::Status NoteJournal();
  void NoteSummary(const CrawlSummary& summary);
  void NoteProblems(const std::vector<std::string>& problems);

  // Writes the report on a crawl that ends with `result`, to the file or into `result.out`. If it
  // cannot be written, the result is an error.
  CommandResult Finish(CommandResult result);

 private:
  void ReadStore();

  const CrawlerOptions& options_;
  const Clock* clock_;
  CrawlFacts facts_;
  int64_t change_id_ = -1;  // -1 = the journal was not read
  bool has_summary_ = false;
};

}  // namespace cis::crawler
