// SPDX-License-Identifier: Apache-2.0
#include "server/service/summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/time_text.h"
#include "schema/model/known.h"
#include "schema/model/resource_name.h"

namespace cis::server {
namespace {

std::vector<const ShareView*> CountedShares(const SiteIndex& site) {
  std::vector<const ShareView*> shares;
  for (const ShareView& view : site.shares()) {
    if (view.share->share.configured || !site.site()->site.configured) shares.push_back(&view);
  }
  return shares;
}

std::string ShareLabel(const SiteIndex& site, const Share& share) {
  if (site.endpoints().size() < 2) return share.vo;
  const std::string& region = share.endpoint.resolved_region.empty()
                                  ? share.endpoint.region
                                  : share.endpoint.resolved_region;
  return absl::StrCat(share.vo, " at ", share.endpoint.keystone_url,
                      region.empty() ? "" : absl::StrCat(" region ", region));
}

// Kinds of one share that fail in the same way are reported in one sentence.
struct Trouble {
  std::vector<absl::string_view> kinds;
  absl::Time oldest = absl::InfiniteFuture();
  absl::Time failing_since = absl::InfiniteFuture();  // the first of them
  int64_t failure_count = 0;                          // tries in a row, the most
};

void AddProblem(const SiteIndex& site, absl::string_view code, std::string subject,
                std::string message, absl::Time since, std::vector<SiteProblem>* problems) {
  problems->push_back(
      {site.site()->site.name, std::string(code), std::move(subject), std::move(message), since});
}

void AddProblems(const RequestContext& context, const SiteIndex& site, const ShareCatalog& share,
                 std::vector<SiteProblem>* problems) {
  const std::string label = ShareLabel(site, share.share);
  std::map<std::tuple<bool, ErrorClass, std::string>, Trouble> troubles;
  for (const Kind kind : kAllKinds) {
    const KindState* state = FindKind(share.kinds, kind);
    if (state != nullptr && state->skipped_count > 0) {
      AddProblem(site, "RECORDS_SKIPPED", absl::StrCat(label, ": ", FormatKind(kind)),
                 absl::StrCat(label, ": ", state->skipped_count, " ", FormatKind(kind),
                              " could not be read"),
                 absl::InfinitePast(), problems);
    }
    const DataState fresh = StateOf(state, context.now, context.freshness);
    if (fresh == DataState::kFresh) continue;
    const KindState seen = state == nullptr ? KindState() : *state;
    const bool read = IsKnown(seen.success_time);
    Trouble& trouble = troubles[{read, seen.error, seen.error_message}];
    trouble.kinds.push_back(FormatKind(kind));
    trouble.oldest = std::min(trouble.oldest, seen.success_time);
    trouble.failing_since = std::min(trouble.failing_since, seen.failing_since);
    trouble.failure_count = std::max(trouble.failure_count, seen.failure_count);
  }
  for (const auto& [key, trouble] : troubles) {
    const auto& [read, error, message] = key;
    const bool failing = error != ErrorClass::kNone;
    std::string subject = absl::StrCat(label, ": ", absl::StrJoin(trouble.kinds, ", "));
    std::string text = absl::StrCat(
        subject,
        read ? absl::StrCat(" not refreshed since ", FormatMinute(trouble.oldest)) : " never read");
    if (failing) absl::StrAppend(&text, ": ", FormatErrorClass(error));
    if (failing && trouble.failure_count > 0) {
      absl::StrAppend(&text, " since ", FormatMinute(trouble.failing_since), " (",
                      trouble.failure_count,
                      trouble.failure_count == 1 ? " attempt)" : " attempts)");
    }
    if (!message.empty()) absl::StrAppend(&text, ": ", message);
    AddProblem(site, failing ? "SHARE_FAILING" : "SHARE_OLD", std::move(subject), std::move(text),
               failing ? trouble.failing_since : absl::InfinitePast(), problems);
  }
}

}  // namespace

std::optional<BackOff> BackOffOf(const RequestContext& context, const ShareView& view) {
  if (!view.share->share.configured) return std::nullopt;
  return FindBackOff(LoginsOf(*view.site, view.endpoint->endpoint.keystone_url), context.now);
}

DataState StateOfShare(const RequestContext& context, const ShareCatalog& share) {
  return WorstState(share.kinds, kAllKinds, context.now, context.freshness);
}

SiteSummary SummarizeSite(const RequestContext& context, const Snapshot& snapshot,
                          const SiteIndex& site) {
  SiteSummary summary;
  summary.site = &site;
  summary.registry = FindRegistryFacts(context, snapshot, site);
  summary.observe_time = absl::InfiniteFuture();
  DataState worst = DataState::kFresh;
  for (const ShareView* view : CountedShares(site)) {
    const DataState state = StateOfShare(context, *view->share);
    worst = std::max(worst, state);
    summary.observe_time =
        std::min(summary.observe_time, OldestSuccess(view->share->kinds, kAllKinds));
    summary.vos.push_back(view->share->share.vo);
    ++summary.share_count;
    ++summary.share_counts[state];
    std::set<ErrorClass> told;
    for (const KindState& kind : view->share->kinds) {
      if (kind.error == ErrorClass::kNone) continue;
      ErrorSummary& error = summary.errors[kind.error];
      ++error.kind_count;
      if (told.insert(kind.error).second) ++error.share_count;
      error.kinds.insert(kind.kind);
      if (error.error_message.empty() || kind.failing_since < error.failing_since) {
        error.error_message = kind.error_message;
      }
      error.failing_since = std::min(error.failing_since, kind.failing_since);
    }
    if (const std::optional<BackOff> back_off = BackOffOf(context, *view)) {
      summary.next_attempt = std::min(summary.next_attempt, back_off->next_attempt);
    }
  }
  std::sort(summary.vos.begin(), summary.vos.end());
  summary.vos.erase(std::unique(summary.vos.begin(), summary.vos.end()), summary.vos.end());
  if (summary.share_count > 0) summary.state = worst;
  if (summary.share_count == 0) summary.observe_time = absl::InfinitePast();
  return summary;
}

std::vector<SiteProblem> FindProblems(const RequestContext& context, const Snapshot& snapshot,
                                      const SiteIndex& site) {
  const std::string& name = site.site()->site.name;
  const absl::Span<const SiteProblem> stored = snapshot.catalog().registry->ProblemsOf(name);
  std::vector<SiteProblem> problems(stored.begin(), stored.end());
  const std::vector<const ShareView*> shares = CountedShares(site);
  if (!site.site()->site.configured) {
    AddProblem(site, "SITE_REMOVED", "", "no site file names this site any more",
               absl::InfinitePast(), &problems);
  }
  if (shares.empty()) {
    AddProblem(site, "NO_VO", "", "no VO is configured at this site", absl::InfinitePast(),
               &problems);
  }
  std::set<std::string> told;  // Keystones
  for (const ShareView* view : shares) {
    AddProblems(context, site, *view->share, &problems);
    const std::string& url = view->endpoint->endpoint.keystone_url;
    const std::optional<BackOff> back_off = BackOffOf(context, *view);
    if (!back_off.has_value() || !told.insert(url).second) continue;
    AddProblem(site, "BACKING_OFF", url,
               absl::StrCat(site.endpoints().size() < 2 ? "" : absl::StrCat(url, ": "),
                            DescribeBackOff(*back_off)),
               back_off->failing_since, &problems);
  }
  std::sort(problems.begin(), problems.end(), [](const SiteProblem& a, const SiteProblem& b) {
    return std::tie(a.message, a.code, a.subject) < std::tie(b.message, b.code, b.subject);
  });
  return problems;
}

std::vector<SiteProblem> FindAllProblems(const RequestContext& context, const Snapshot& snapshot) {
  std::vector<std::pair<std::string, SiteProblem>> named;
  const auto add = [&named](const SiteProblem& problem) {
    named.emplace_back(FormatSiteProblemName(problem), problem);
  };
  for (const auto& site : snapshot.sites()) {
    for (const SiteProblem& problem : FindProblems(context, snapshot, *site)) add(problem);
  }
  for (const SiteProblem& problem : snapshot.catalog().registry->problems) {
    if (snapshot.FindSite(problem.site_name) == nullptr) add(problem);
  }
  std::sort(named.begin(), named.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SiteProblem> problems;
  for (auto& [name, problem] : named) problems.push_back(std::move(problem));
  return problems;
}

std::vector<VoSummary> SummarizeVos(const Snapshot& snapshot) {
  std::map<std::string, VoSummary> by_name;  // resource name
  for (const std::string& vo : snapshot.vo_names()) {
    VoSummary& summary = by_name[FormatVoName(vo)];
    summary.vo = vo;
    std::set<std::string> sites;
    for (const ShareView& view : snapshot.SharesOfVo(vo)) {
      sites.insert(view.site->site.name);
      ++summary.share_count;
      if (view.share->share.support == VoSupport::kAuthenticated) {
        ++summary.authenticated_share_count;
      }
      if (view.share->share.support == VoSupport::kRefused) ++summary.refused_share_count;
    }
    summary.site_names.assign(sites.begin(), sites.end());
  }
  std::vector<VoSummary> vos;
  for (auto& [name, summary] : by_name) vos.push_back(std::move(summary));
  return vos;
}

bool HasUsableData(const RequestContext& context, const SiteIndex& site,
                   absl::Span<const Kind> kinds) {
  for (const ShareView* view : CountedShares(site)) {
    for (const Kind kind : kinds) {
      const DataState state =
          StateOf(FindKind(view->share->kinds, kind), context.now, context.freshness);
      if (state == DataState::kFresh || state == DataState::kStale) return true;
    }
  }
  return false;
}

}  // namespace cis::server
