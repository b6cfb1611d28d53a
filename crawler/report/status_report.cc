#include "crawler/report/status_report.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "crawler/report/report_words.h"
#include "schema/base/one_line.h"
#include "schema/model/back_off.h"
#include "schema/model/records.h"

namespace cis {
namespace {

// Shares that are named in the line; the others are counted.
constexpr size_t kMaxNamed = 5;
// Of an error message in the line.
constexpr size_t kMaxMessageBytes = 120;

struct ShareStatus {
  absl::Duration age;  // of its oldest kind; infinite if one was never fetched
  std::string problem;
  bool stale = false;
};

// One line without the characters that mean something to a monitoring system.
std::string ForMonitor(absl::string_view text) {
  return absl::StrReplaceAll(OneLine(text.substr(0, kMaxMessageBytes)), {{"|", " "}});
}

ShareStatus StatusOf(const ShareCatalog& entry, const std::optional<BackOff>& back_off,
                     absl::Time now, absl::Duration max_age) {
  ShareStatus status;
  status.age = absl::ZeroDuration();
  for (const Kind kind : kAllKinds) {
    const auto it = std::find_if(entry.kinds.begin(), entry.kinds.end(),
                                 [kind](const KindState& state) { return state.kind == kind; });
    const bool never = it == entry.kinds.end() || it->success_time == absl::InfinitePast();
    const absl::Duration age = never ? absl::InfiniteDuration() : now - it->success_time;
    status.age = std::max(status.age, age);
    if (it != entry.kinds.end() && it->error != ErrorClass::kNone && status.problem.empty()) {
      status.problem = absl::StrCat(
          FormatKind(kind), " ", FormatErrorClass(it->error), ", data ", FormatReportAge(age),
          never ? "" : " old",
          it->failure_count > 0
              ? absl::StrCat(", failing for ", FormatReportAge(now - it->failing_since), " (",
                             it->failure_count, "x)")
              : "",
          back_off.has_value()
              ? absl::StrCat(
                    ", backing off, next try in ",
                    FormatReportAge(std::max(absl::ZeroDuration(), back_off->next_attempt - now)))
              : "",
          ": ", ForMonitor(it->error_message));
    }
  }
  status.stale = status.age > max_age;
  if (status.stale && status.problem.empty()) {
    status.problem = absl::StrCat("data ", FormatReportAge(status.age),
                                  status.age == absl::InfiniteDuration() ? " fetched" : " old");
  }
  return status;
}

}  // namespace

StatusReport BuildStatusReport(const Catalog& catalog, absl::Time now, absl::Duration max_age) {
  int64_t share_count = 0;
  int64_t stale_count = 0;
  int64_t problem_count = 0;
  absl::Duration oldest;
  std::vector<std::string> problems;
  for (const auto& site : catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      const std::optional<BackOff> back_off =
          FindBackOff(LoginsOf(*site, endpoint.endpoint.keystone_url), now);
      for (const ShareCatalog& entry : endpoint.shares) {
        if (!entry.share.configured) continue;
        const ShareStatus status = StatusOf(entry, back_off, now, max_age);
        ++share_count;
        stale_count += status.stale ? 1 : 0;
        if (status.age != absl::InfiniteDuration()) oldest = std::max(oldest, status.age);
        if (status.problem.empty()) continue;
        ++problem_count;
        if (problems.size() < kMaxNamed) {
          problems.push_back(absl::StrCat(ForMonitor(site->site.name), " ",
                                          ForMonitor(entry.share.vo), " (", status.problem, ")"));
        }
      }
    }
  }
  StatusReport report;
  if (share_count == 0) {
    report.line = "CIS UNKNOWN - no share is known; run cis-crawler crawl";
    return report;
  }
  std::string words;
  if (problem_count == 0) {
    report.level = 0;
    words = absl::StrCat("OK - ", share_count, " shares are fresh, the oldest data are ",
                         FormatReportAge(oldest), " old");
  } else {
    report.level = stale_count == share_count ? 2 : 1;
    words = absl::StrCat(report.level == 2 ? "CRITICAL" : "WARNING", " - ", problem_count, " of ",
                         share_count, " shares are not fresh: ", absl::StrJoin(problems, "; "));
    if (problem_count > static_cast<int64_t>(problems.size())) {
      absl::StrAppend(&words, "; and ", problem_count - static_cast<int64_t>(problems.size()),
                      " more");
    }
  }
  report.line = absl::StrCat("CIS ", words, " | shares=", share_count, " not_fresh=", problem_count,
                             " stale=", stale_count, " oldest=", absl::ToInt64Seconds(oldest), "s;",
                             absl::ToInt64Seconds(max_age));
  return report;
}

}  // namespace cis
