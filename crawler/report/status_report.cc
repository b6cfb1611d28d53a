// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/status_report.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "crawler/report/report_words.h"
#include "schema/base/duration_text.h"
#include "schema/model/back_off.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"

namespace cis::crawler {
namespace {

// Sites that the line names; the others are counted.
constexpr size_t kMaxNamed = 5;
// Longest part of a name in the line.
constexpr size_t kMaxNameLength = 40;

// The numbers of shares for the line, and the performance data.
struct Counts {
  int64_t shares = 0;
  int64_t not_fresh = 0;  // old, or the last try failed
  int64_t stale = 0;      // too old, or never read
  int64_t expired = 0;
  int64_t backing_off = 0;
  int64_t downtime = 0;  // not fresh, in an announced outage
  absl::Duration oldest;
};

// Returns one line without the characters that are special to a monitoring system.
std::string ForMonitor(absl::string_view text) {
  return FitLine(absl::StrReplaceAll(text, {{"|", " "}}), kMaxNameLength);
}

// "; optional listings fail at 2 sites (A, B)"; empty if none does.
std::string RemarkWords(const Catalog& catalog) {
  std::vector<std::string> names;
  size_t site_count = 0;
  for (const auto& site : catalog.sites) {
    const auto fails = [](const KindState& state) {
      return std::any_of(state.remarks.begin(), state.remarks.end(),
                         [](const std::string& remark) { return !IsRefusal(remark); });
    };
    bool is_remarked = false;
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& entry : endpoint.shares) {
        is_remarked = is_remarked || (entry.share.configured &&
                                      std::any_of(entry.kinds.begin(), entry.kinds.end(), fails));
      }
    }
    if (!is_remarked) continue;
    ++site_count;
    if (names.size() < kMaxNamed) names.push_back(ForMonitor(site->site.name));
  }
  if (site_count == 0) return "";
  if (site_count > names.size()) names.emplace_back("...");
  return absl::StrCat("; optional listings fail at ",
                      CountOf(static_cast<int64_t>(site_count), "site"), " (",
                      absl::StrJoin(names, ", "), ")");
}

// The shares of a site that are not fresh and whose site has no announced outage.
struct SiteStanding {
  std::string name;
  int64_t count = 0;
  std::string what;  // "images server"; of the one that fails for longest
  absl::Time failing_since = absl::InfiniteFuture();
  absl::Duration age;  // of its oldest data
  std::optional<absl::Time> next_attempt;
  bool expired = false;
};

bool IsInOutage(const Registry& registry, const Endpoint& endpoint, absl::Time now) {
  const absl::Span<const Downtime> downtimes = registry.DowntimesOf(endpoint.site_name);
  return std::any_of(downtimes.begin(), downtimes.end(), [&](const Downtime& downtime) {
    return downtime.is_outage && downtime.IsRunning(now) &&
           AffectsEndpoint(downtime, registry.ServicesOf(endpoint.site_name),
                           endpoint.keystone_url);
  });
}

void NoteFailures(const ShareCatalog& entry, SiteStanding* site) {
  for (const KindState& state : entry.kinds) {
    if (state.error == ErrorClass::kNone) continue;
    if (!site->what.empty() && state.failing_since >= site->failing_since) continue;
    site->what = absl::StrCat(FormatKind(state.kind), " ", FormatErrorClass(state.error));
    site->failing_since = state.failing_since;
  }
}

std::string TextOf(const SiteStanding& site, absl::Time now) {
  std::string text = absl::StrCat(ForMonitor(site.name), " ", site.count, " (");
  if (!site.what.empty()) {
    absl::StrAppend(&text, site.what, " for ", FormatAge(now - site.failing_since), ", ");
  }
  absl::StrAppend(&text,
                  site.age == absl::InfiniteDuration()
                      ? "data never fetched"
                      : absl::StrCat("data ", FormatAge(site.age), " old"),
                  site.expired ? ", expired" : "");
  if (site.next_attempt.has_value()) {
    absl::StrAppend(&text, ", backing off, next attempt in ", FormatAge(*site.next_attempt - now));
  }
  return absl::StrCat(text, ")");
}

std::string PerformanceData(const Counts& counts, const FreshnessPolicy& policy) {
  const std::pair<const char*, int64_t> values[] = {{"fresh", counts.shares - counts.not_fresh},
                                                    {"not_fresh", counts.not_fresh},
                                                    {"stale", counts.stale},
                                                    {"expired", counts.expired},
                                                    {"backing_off", counts.backing_off},
                                                    {"downtime", counts.downtime}};
  std::string text = absl::StrCat("shares=", counts.shares, ";;;0");
  for (const auto& [label, value] : values) {
    absl::StrAppend(&text, " ", label, "=", value, ";;;0;", counts.shares);
  }
  return absl::StrCat(text, " oldest=", absl::ToInt64Seconds(counts.oldest), "s;",
                      absl::ToInt64Seconds(policy.stale_after), ";",
                      absl::ToInt64Seconds(policy.expire_after), ";0");
}

// Counts a share, and records it with its site if it is not fresh.
void CountShare(const ShareCatalog& entry, absl::Time now, const FreshnessPolicy& policy,
                const std::optional<BackOff>& back_off, bool in_outage, Counts* counts,
                SiteStanding* site) {
  const absl::Time oldest = OldestSuccess(entry.kinds, kAllKinds);
  const bool fails = std::any_of(entry.kinds.begin(), entry.kinds.end(), [](const auto& state) {
    return state.error != ErrorClass::kNone;
  });
  const absl::Duration age = std::max(now - oldest, absl::ZeroDuration());
  const DataState by_age = StateOfData(oldest, /*failed=*/false, now, policy);
  const bool is_expired = by_age == DataState::kExpired;
  ++counts->shares;
  if (by_age != DataState::kMissing) counts->oldest = std::max(counts->oldest, age);
  if (by_age != DataState::kFresh) ++counts->stale;
  if (is_expired) ++counts->expired;
  if (back_off.has_value()) ++counts->backing_off;
  if (!fails && by_age == DataState::kFresh) return;
  ++counts->not_fresh;
  if (in_outage) {
    ++counts->downtime;
    return;
  }
  ++site->count;
  site->age = std::max(site->age, age);
  site->expired = site->expired || is_expired;
  if (back_off.has_value()) {
    site->next_attempt =
        std::min(site->next_attempt.value_or(absl::InfiniteFuture()), back_off->next_attempt);
  }
  NoteFailures(entry, site);
}

std::string WordsOf(const Counts& counts, const std::vector<SiteStanding>& sites, absl::Time now) {
  std::vector<std::string> parts;
  for (const SiteStanding& site : sites) {
    if (parts.size() < kMaxNamed) parts.push_back(TextOf(site, now));
  }
  if (sites.size() > kMaxNamed) {
    parts.push_back(
        absl::StrCat("and ", CountOf(static_cast<int64_t>(sites.size() - kMaxNamed), "more site")));
  }
  if (counts.downtime > 0) parts.push_back(absl::StrCat(counts.downtime, " in announced outages"));
  return absl::StrJoin(parts, ", ");
}

}  // namespace

StatusReport BuildStatusReport(const Catalog& catalog, absl::Time now,
                               const FreshnessPolicy& policy) {
  Counts counts;
  std::vector<SiteStanding> sites;
  for (const auto& site : catalog.sites) {
    SiteStanding standing;
    standing.name = site->site.name;
    for (const EndpointCatalog& endpoint : site->endpoints) {
      const std::optional<BackOff> back_off =
          FindBackOff(LoginsOf(*site, endpoint.endpoint.keystone_url), now);
      const bool in_outage = IsInOutage(*catalog.registry, endpoint.endpoint, now);
      for (const ShareCatalog& entry : endpoint.shares) {
        if (!entry.share.configured) continue;
        CountShare(entry, now, policy, back_off, in_outage, &counts, &standing);
      }
    }
    if (standing.count > 0) sites.push_back(std::move(standing));
  }
  StatusReport report;
  if (counts.shares == 0) {
    report.line = "CIS UNKNOWN - no share is known; run cis-crawler crawl";
    return report;
  }
  std::stable_sort(sites.begin(), sites.end(),
                   [](const SiteStanding& a, const SiteStanding& b) { return a.count > b.count; });
  report.level = counts.stale == counts.shares ? 2 : sites.empty() ? 0 : 1;
  if (counts.not_fresh == 0) {
    report.line = absl::StrCat("CIS OK - ", CountOf(counts.shares, "share"),
                               " fresh, the oldest data is ", FormatAge(counts.oldest), " old");
  } else {
    constexpr const char* kLevels[] = {"OK", "WARNING", "CRITICAL"};
    report.line =
        absl::StrCat("CIS ", kLevels[report.level], " - ", counts.not_fresh, " of ",
                     CountOf(counts.shares, "share"), " not fresh: ", WordsOf(counts, sites, now));
  }
  absl::StrAppend(&report.line, RemarkWords(catalog), " | ", PerformanceData(counts, policy));
  return report;
}

}  // namespace cis::crawler
