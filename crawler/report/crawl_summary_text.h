// SPDX-License-Identifier: Apache-2.0
#pragma once

// The report of a crawl, in a form that can be mailed.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/catalog.h"
#include "schema/model/change.h"

namespace cis::crawler {

// The facts about a crawl and the store at its end.
struct CrawlFacts {
  absl::Time start_time = absl::InfinitePast();
  absl::Time end_time = absl::InfinitePast();
  int exit_code = 0;
  std::string db;
  // Why the crawl could not begin or continue; empty = it was completed or was interrupted. With an
  // error, the counts are meaningless.
  std::string error;
  bool interrupted = false;
  int64_t share_count = 0;
  int64_t refreshed_count = 0;
  int64_t partial_count = 0;
  int64_t backing_off_count = 0;
  int64_t request_count = 0;
  std::map<std::string, int64_t> limit_hits;  // by name
  Catalog catalog;                            // after the crawl; empty = it could not be read
  std::vector<Change> changes;                // that the crawl recorded, oldest first
  bool changes_cut = false;                   // there are more of them
  std::vector<std::string> problems;          // of site files, credentials, overrides
  std::vector<std::string> remarks;           // on site files that are new since the last crawl
  int64_t known_remark_count = 0;             // on those that are not
};

// Limits of the text, so that it fits into a mail and its first line into a subject.
inline constexpr size_t kSummaryColumns = 78;
inline constexpr size_t kSummaryLines = 66;

// Returns plain text of at most kSummaryLines lines of kSummaryColumns characters. The first line
// can be a mail's subject; it is ASCII except for the text of `error`. Then come totals, failures
// by site and class, endpoints that are backed off from, listings that only add facts and failed,
// notable changes, problems and what to do. Names of sites are not wrapped.
std::string FormatCrawlSummary(const CrawlFacts& facts);

}  // namespace cis::crawler
