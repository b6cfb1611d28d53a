// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/crawl_summary_text.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "crawler/report/notable_changes.h"
#include "crawler/report/report_words.h"
#include "schema/model/back_off.h"
#include "schema/model/registry.h"

namespace cis::crawler {
namespace {

// Items per part of the text; together with headers, totals and empty lines at most kSummaryLines.
constexpr size_t kMaxFailures = 4;    // four lines each
constexpr size_t kMaxBackingOff = 3;  // two lines each
constexpr size_t kMaxRemarks = 3;
constexpr size_t kMaxChanges = 6;
constexpr size_t kMaxProblems = 4;
constexpr size_t kMaxAdvice = 5;

// Lines under a header. Items that do not fit are counted, with a hint where to see them.
class Section {
 public:
  Section(absl::string_view head, size_t max_items, absl::string_view more)
      : head_(head), max_items_(max_items), more_(more) {}

  // Adds one item, of one or a few lines.
  void Add(const std::vector<std::string>& lines) {
    if (++item_count_ > max_items_) return;
    for (const std::string& line : lines) {
      absl::StrAppend(&text_, FitLine(absl::StrCat("  ", line), kSummaryColumns), "\n");
    }
  }
  // Empty if nothing was added.
  std::string Text() const {
    if (item_count_ == 0) return "";
    std::string text = absl::StrCat("\n", head_, "\n", text_);
    if (item_count_ > max_items_) {
      absl::StrAppend(&text, "  and ", item_count_ - max_items_, " more: ", more_, "\n");
    }
    return text;
  }

 private:
  std::string head_;
  size_t max_items_;
  std::string more_;
  std::string text_;
  size_t item_count_ = 0;
};

// The failures with one class of error at one site.
struct Failure {
  std::string site_name;
  ErrorClass error = ErrorClass::kNone;
  std::set<std::tuple<std::string, std::string, std::string, std::string>> shares;
  absl::Time failing_since = absl::InfiniteFuture();
  absl::Time last_good = absl::InfiniteFuture();  // of the oldest data
  std::string message;                            // of the first
};

// Returns the failures of the shares that this crawl asked, those that affect most shares first.
std::vector<Failure> FailuresOf(const CrawlFacts& facts) {
  std::map<std::pair<std::string, ErrorClass>, Failure> found;
  for (const auto& site : facts.catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      // Endpoints that are backed off from have their own section.
      const bool is_backed_off =
          FindBackOff(LoginsOf(*site, endpoint.endpoint.keystone_url), facts.end_time).has_value();
      for (const ShareCatalog& entry : endpoint.shares) {
        if (!entry.share.configured || is_backed_off) continue;
        for (const KindState& state : entry.kinds) {
          if (state.error == ErrorClass::kNone || state.attempt_time < facts.start_time) continue;
          Failure& failure = found[{site->site.name, state.error}];
          failure.site_name = site->site.name;
          failure.error = state.error;
          failure.shares.emplace(endpoint.endpoint.keystone_url, endpoint.endpoint.region,
                                 entry.share.vo, entry.share.project_key);
          failure.failing_since = std::min(failure.failing_since, state.failing_since);
          failure.last_good = std::min(failure.last_good, state.success_time);
          if (failure.message.empty()) failure.message = state.error_message;
        }
      }
    }
  }
  std::vector<Failure> failures;
  for (auto& [key, failure] : found) failures.push_back(std::move(failure));
  std::stable_sort(failures.begin(), failures.end(), [](const Failure& a, const Failure& b) {
    return a.shares.size() > b.shares.size();
  });
  return failures;
}

std::string SubjectOf(const CrawlFacts& facts) {
  const std::string head = absl::StrCat(
      "CIS crawl ", absl::FormatTime("%Y-%m-%d", facts.start_time, absl::UTCTimeZone()), ": ");
  if (!facts.error.empty()) return absl::StrCat(head, "failed, ", facts.error);
  const std::string all = CountOf(facts.share_count, "share");
  if (facts.interrupted) {
    return absl::StrCat(head, "interrupted, ", facts.refreshed_count, " of ", all, " refreshed");
  }
  if (facts.refreshed_count == 0 && facts.partial_count == 0) {
    return absl::StrCat(head, "none of ", all, " refreshed");
  }
  const int64_t kept_count = facts.share_count - facts.refreshed_count;
  std::string subject = kept_count > 0
                            ? absl::StrCat(head, kept_count, " of ", all, " kept last good data")
                            : absl::StrCat(head, "all of ", all, " refreshed");
  if (kept_count == 0 && !facts.problems.empty()) {
    absl::StrAppend(&subject, ", but ",
                    CountOf(static_cast<int64_t>(facts.problems.size()), "problem"));
  }
  return subject;
}

std::string CrawlTotals(const CrawlFacts& facts) {
  std::vector<std::string> lines;
  lines.push_back(absl::StrCat("Time      ", FormatReportMinute(facts.start_time), " to ",
                               FormatReportMinute(facts.end_time), " UTC (",
                               absl::ToInt64Seconds(facts.end_time - facts.start_time),
                               " s), exit code ", facts.exit_code));
  lines.push_back(absl::StrCat("Database  ", facts.db));
  if (facts.error.empty()) {
    const int64_t failed_count =
        facts.share_count - facts.refreshed_count - facts.partial_count - facts.backing_off_count;
    lines.push_back(absl::StrCat("Shares    ", facts.refreshed_count, " refreshed, ",
                                 facts.partial_count, " in part, ", failed_count,
                                 facts.interrupted ? " failed or not reached, " : " failed, ",
                                 facts.backing_off_count, " not asked (backing off)"));
    lines.push_back(absl::StrCat(
        "Requests  ", facts.request_count,
        facts.limit_hits.empty()
            ? ""
            : absl::StrCat("; limits hit: ",
                           absl::StrJoin(facts.limit_hits, ", ", absl::PairFormatter(" ")))));
  }
  std::string text;
  for (const std::string& line : lines) {
    absl::StrAppend(&text, FitLine(line, kSummaryColumns), "\n");
  }
  return text;
}

std::string FailureText(const CrawlFacts& facts, const std::vector<Failure>& failures) {
  Section section("Failures (the last good data is kept)", kMaxFailures, "cisquery sites");
  for (const RegistryState& state : facts.catalog.registry->states) {
    if (state.error == ErrorClass::kNone || state.attempt_time < facts.start_time) continue;
    section.Add({absl::StrCat("GOCDB, ", FormatRegistryPart(state.part), ": ",
                              FormatErrorClass(state.error), " since ",
                              FormatReportMinute(state.failing_since), "; last good ",
                              FormatReportMinute(state.success_time)),
                 absl::StrCat("    ", state.error_message)});
  }
  for (const Failure& failure : failures) {
    std::vector<std::string> lines = {
        absl::StrCat(failure.site_name, "  ", FormatErrorClass(failure.error), " at ",
                     CountOf(static_cast<int64_t>(failure.shares.size()), "share"), " since ",
                     FormatReportMinute(failure.failing_since))};
    for (const std::string& line :
         WrapLines(absl::StrCat("last good ", FormatReportMinute(failure.last_good), "; ",
                                failure.message),
                   kSummaryColumns - 6, 3)) {
      lines.push_back(absl::StrCat("    ", line));
    }
    section.Add(lines);
  }
  return section.Text();
}

std::string BackingOffText(const CrawlFacts& facts) {
  Section section("Backing off (these endpoints have failed for days and are asked less often)",
                  kMaxBackingOff, "cisquery sites");
  for (const auto& site : facts.catalog.sites) {
    std::set<std::string> urls;
    for (const EndpointCatalog& endpoint : site->endpoints) {
      const std::string& url = endpoint.endpoint.keystone_url;
      if (!endpoint.endpoint.configured || !urls.insert(url).second) continue;
      const std::optional<BackOff> back_off = FindBackOff(LoginsOf(*site, url), facts.end_time);
      if (!back_off.has_value()) continue;
      section.Add({absl::StrCat(site->site.name, "  ", FormatErrorClass(back_off->error), " since ",
                                FormatReportMinute(back_off->failing_since)),
                   absl::StrCat("    next attempt after ",
                                FormatReportMinute(back_off->next_attempt), ", ", url)});
    }
  }
  return section.Text();
}

// Returns the listings that only add facts and failed in this crawl, by remark, those of most
// shares first.
std::string RemarkText(const CrawlFacts& facts) {
  std::map<std::pair<std::string, std::string>, int64_t> counts;  // by site and remark: shares
  for (const auto& site : facts.catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& entry : endpoint.shares) {
        if (!entry.share.configured) continue;
        for (const KindState& state : entry.kinds) {
          if (state.success_time < facts.start_time) continue;
          for (const std::string& remark : state.remarks) {
            if (!IsRefusal(remark)) ++counts[{site->site.name, remark}];
          }
        }
      }
    }
  }
  std::vector<std::pair<int64_t, std::string>> lines;
  for (const auto& [key, count] : counts) {
    lines.emplace_back(-count,
                       absl::StrCat(key.first, "  ", CountOf(count, "share"), "  ", key.second));
  }
  std::sort(lines.begin(), lines.end());
  Section section("Facts that could not be read (the rest of the kind is fresh)", kMaxRemarks,
                  "cisquery show SHARE");
  for (const auto& [order, line] : lines) section.Add({line});
  return section.Text();
}

std::string ChangeText(const CrawlFacts& facts) {
  const std::vector<std::string> notable = NotableChanges(facts.changes);
  Section section(
      absl::StrCat("Changes: ", CountChanges(facts.changes), facts.changes_cut ? ", and more" : ""),
      kMaxChanges, "cisquery changes --since 1d");
  for (const std::string& line : notable) section.Add({line});
  if (!notable.empty() || facts.changes.empty()) return section.Text();
  return absl::StrCat("\nChanges: ", CountChanges(facts.changes), "\n");
}

std::string ProblemText(const CrawlFacts& facts) {
  Section section("Problems", kMaxProblems,
                  "cis-crawler crawl --dry-run, cisquery sites --problems");
  for (const std::string& problem : facts.problems) section.Add({problem});
  for (const SiteProblem& problem : facts.catalog.registry->problems) {
    if (problem.since < facts.start_time) continue;
    section.Add(
        {absl::StrCat("new: ", problem.site_name, "  ", problem.code, "  ", problem.message)});
  }
  for (const std::string& remark : facts.remarks) section.Add({absl::StrCat("new: ", remark)});
  return section.Text();
}

std::string AdviceText(const CrawlFacts& facts, const std::vector<Failure>& failures) {
  Section section("What to do", kMaxAdvice, "deploy/README.md");
  if (!facts.error.empty()) section.Add({"fix what the first line reports, then crawl again"});
  if (facts.interrupted) section.Add({"what was refreshed is stored; crawl again for the rest"});
  std::set<ErrorClass> told;
  for (const Failure& failure : failures) {
    if (!told.insert(failure.error).second) continue;
    section.Add({absl::StrCat(FormatErrorClass(failure.error), ": ", AdviceFor(failure.error))});
  }
  if (facts.backing_off_count > 0) {
    section.Add({absl::StrCat(FormatErrorClass(ErrorClass::kBackingOff), ": ",
                              AdviceFor(ErrorClass::kBackingOff))});
  }
  if (!facts.problems.empty()) section.Add({"problems: fix the file; crawl --dry-run checks it"});
  std::string text = section.Text();
  if (facts.known_remark_count > 0) {
    absl::StrAppend(&text, "\n", CountOf(facts.known_remark_count, "remark"),
                    " on site files, as before; see cis-crawler crawl --dry-run\n");
  }
  return text;
}

}  // namespace

std::string FormatCrawlSummary(const CrawlFacts& facts) {
  const std::vector<Failure> failures = FailuresOf(facts);
  return absl::StrCat(FitLine(SubjectOf(facts), kSummaryColumns), "\n\n", CrawlTotals(facts),
                      FailureText(facts, failures), BackingOffText(facts), RemarkText(facts),
                      ChangeText(facts), ProblemText(facts), AdviceText(facts, failures));
}

}  // namespace cis::crawler
