#pragma once

// The report of a crawl that can be mailed.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/catalog.h"
#include "schema/model/change.h"

namespace cis::crawler {

// What a crawl and the store say at its end.
struct CrawlFacts {
  absl::Time start_time = absl::InfinitePast();
  absl::Time end_time = absl::InfinitePast();
  int exit_code = 0;
  std::string db;
  // Why the crawl could not begin or go on; empty = it went to its end or was interrupted. The
  // counts are then of no use.
  std::string error;
  bool interrupted = false;
  int64_t share_count = 0;
  int64_t refreshed_count = 0;
  int64_t partial_count = 0;
  int64_t backing_off_count = 0;
  int64_t request_count = 0;
  std::map<std::string, int64_t> limit_hits;  // by name
  Catalog catalog;                            // after it; empty = it could not be read
  std::vector<Change> changes;                // that it noted, oldest first
  bool changes_cut = false;                   // there are more of them
  std::vector<std::string> problems;          // of site files, credentials, overrides
  std::vector<std::string> remarks;           // on site files that are new since the last crawl
  int64_t known_remark_count = 0;             // on those that are not
};

// Bounds of the text, so that it fits a mail and its first line a subject.
inline constexpr size_t kSummaryColumns = 78;
inline constexpr size_t kSummaryLines = 66;

// Plain text of at most kSummaryLines lines of kSummaryColumns characters. The first line is a
// mail's subject, in ASCII but for what `error` holds; then totals, failures by site and class,
// endpoints that are backed off from, listings that only add facts and failed, changes of note,
// problems and what to do. Names of sites stay
// within their line.
std::string FormatCrawlSummary(const CrawlFacts& facts);

}  // namespace cis::crawler
