// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/crawl_reporter.h"

#include <sys/stat.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/sites/secret_file.h"
#include "schema/base/status_macros.h"
#include "schema/store/history.h"
#include "schema/store/store.h"

namespace cis::crawler {
namespace {

// The number of changes of one crawl that are read. The first crawl with new rules may change every
// record.
constexpr int64_t kMaxChangesRead = 20000;

// Returns when the file that a remark begins with ("FILE:12: ...", "FILE: ...") was last changed;
// InfiniteFuture if that is not known.
absl::Time ChangeTimeOf(const std::string& remark) {
  const std::string file = remark.substr(0, remark.find(':'));
  struct stat info = {};
  if (stat(file.c_str(), &info) != 0) return absl::InfiniteFuture();
  return absl::FromTimeT(info.st_mtime);
}

absl::Status ReadChanges(const std::string& db, int64_t after_id, CrawlFacts* facts) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<HistoryReader> history, OpenHistoryReader(db));
  ChangeQuery query;
  query.after_id = after_id;
  query.newest_first = false;
  query.limit = kMaxChangesRead + 1;
  CIS_ASSIGN_OR_RETURN(facts->changes, history->Changes(query));
  facts->changes_cut = facts->changes.size() > static_cast<size_t>(kMaxChangesRead);
  if (facts->changes_cut) facts->changes.pop_back();
  return absl::OkStatus();
}

absl::StatusOr<Catalog> ReadCatalog(const std::string& db) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, OpenStoreReader(db));
  return reader->Load(nullptr);
}

}  // namespace

CrawlReporter::CrawlReporter(const CrawlerOptions& options, const Clock* clock)
    : options_(options), clock_(clock) {
  facts_.start_time = clock->Now();
  facts_.db = options.db;
}

void CrawlReporter::NoteConfiguration(const SitesConfig& config, const Catalog& known) {
  if (options_.summary.empty()) return;
  facts_.problems = config.errors;
  const absl::Time last =
      known.crawls.empty() ? absl::InfinitePast() : known.crawls.front().start_time;
  for (const std::string& remark : config.warnings) {
    if (ChangeTimeOf(remark) >= last) {
      facts_.remarks.push_back(remark);
    } else {
      ++facts_.known_remark_count;
    }
  }
}

absl::Status CrawlReporter::NoteJournal() {
  if (options_.summary.empty()) return absl::OkStatus();
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<HistoryReader> history,
                       OpenHistoryReader(options_.db));
  CIS_ASSIGN_OR_RETURN(const HistoryBounds bounds, history->Bounds());
  change_id_ = bounds.newest.change_id;
  return absl::OkStatus();
}

void CrawlReporter::NoteSummary(const CrawlSummary& summary) {
  has_summary_ = true;
  facts_.interrupted = summary.interrupted;
  facts_.share_count = summary.share_count;
  facts_.refreshed_count = summary.refreshed_count;
  facts_.partial_count = summary.partial_count;
  facts_.backing_off_count = summary.backing_off_count;
  facts_.request_count = summary.request_count;
  facts_.limit_hits = summary.limit_hits;
}

void CrawlReporter::NoteProblems(const std::vector<std::string>& problems) {
  facts_.problems.insert(facts_.problems.end(), problems.begin(), problems.end());
}

void CrawlReporter::ReadStore() {
  absl::StatusOr<Catalog> catalog = ReadCatalog(options_.db);
  absl::Status status = catalog.status();
  if (catalog.ok()) {
    facts_.catalog = *std::move(catalog);
    status = ReadChanges(options_.db, change_id_, &facts_);
  }
  if (!status.ok()) facts_.problems.emplace_back(status.message());
}

CommandResult CrawlReporter::Finish(CommandResult result) {
  if (options_.summary.empty()) return result;
  facts_.end_time = clock_->Now();
  facts_.exit_code = result.exit_code;
  if (!has_summary_) facts_.error = result.error;
  if (change_id_ >= 0) ReadStore();
  const std::string text = FormatCrawlSummary(facts_);
  if (options_.summary == "-") {
    result.out = absl::StrCat(text, result.out);
    return result;
  }
  const absl::Status written = ReplaceTextFile(options_.summary, text);
  if (written.ok()) return result;
  absl::StrAppend(&result.error, result.error.empty() ? "" : "\n",
                  "--summary cannot be written: ", written.message());
  if (result.exit_code == 0 || result.exit_code == 3) result.exit_code = 1;
  return result;
}

}  // namespace cis::crawler
