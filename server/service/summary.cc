#include "server/service/summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/model/resource_name.h"

namespace cis {
namespace {

std::vector<const ShareView*> CountedShares(const SiteIndex& site) {
  std::vector<const ShareView*> shares;
  for (const ShareView& view : site.shares()) {
    if (view.share->share.configured || !site.site()->site.configured) shares.push_back(&view);
  }
  return shares;
}

std::string FormatDay(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

std::string ShareLabel(const SiteIndex& site, const Share& share) {
  if (site.endpoints().size() < 2) return share.vo;
  const std::string& region = share.endpoint.resolved_region.empty()
                                  ? share.endpoint.region
                                  : share.endpoint.resolved_region;
  return absl::StrCat(share.vo, " at ", share.endpoint.keystone_url,
                      region.empty() ? "" : absl::StrCat(" region ", region));
}

// Kinds of one share that fail alike are told in one sentence.
struct Trouble {
  std::vector<absl::string_view> kinds;
  absl::Time oldest = absl::InfiniteFuture();
  absl::Time failing_since = absl::InfiniteFuture();  // the first of them
  int64_t failure_count = 0;                          // tries in a row, the most
};

void AddProblems(const RequestContext& context, const SiteIndex& site, const ShareCatalog& share,
                 std::vector<std::string>& problems) {
  const std::string label = ShareLabel(site, share.share);
  std::map<std::tuple<bool, ErrorClass, std::string>, Trouble> troubles;
  for (const Kind kind : kAllKinds) {
    const KindState* state = FindKind(share.kinds, kind);
    if (state != nullptr && state->skipped_count > 0) {
      problems.push_back(absl::StrCat(label, ": ", state->skipped_count, " ", FormatKind(kind),
                                      " could not be read"));
    }
    const DataState fresh = StateOf(state, context.now, context.freshness);
    if (fresh == DataState::kFresh) continue;
    const KindState seen = state == nullptr ? KindState() : *state;
    const bool read = seen.success_time != absl::InfinitePast();
    Trouble& trouble = troubles[{read, seen.error, seen.error_message}];
    trouble.kinds.push_back(FormatKind(kind));
    trouble.oldest = std::min(trouble.oldest, seen.success_time);
    trouble.failing_since = std::min(trouble.failing_since, seen.failing_since);
    trouble.failure_count = std::max(trouble.failure_count, seen.failure_count);
  }
  for (const auto& [key, trouble] : troubles) {
    const auto& [read, error, message] = key;
    std::string text = absl::StrCat(
        label, ": ", absl::StrJoin(trouble.kinds, ", "),
        read ? absl::StrCat(" not refreshed since ", FormatDay(trouble.oldest)) : " never read");
    if (error != ErrorClass::kNone) {
      absl::StrAppend(&text, ": ", FormatErrorClass(error), " since ",
                      FormatDay(trouble.failing_since), " (", trouble.failure_count,
                      trouble.failure_count == 1 ? " try)" : " tries)");
    }
    if (!message.empty()) absl::StrAppend(&text, ": ", message);
    problems.push_back(std::move(text));
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

SiteSummary SummarizeSite(const RequestContext& context, const SiteIndex& site) {
  SiteSummary summary;
  summary.site = &site;
  summary.observe_time = absl::InfiniteFuture();
  DataState worst = DataState::kFresh;
  for (const ShareView* view : CountedShares(site)) {
    const DataState state = StateOfShare(context, *view->share);
    worst = std::max(worst, state);
    summary.observe_time =
        std::min(summary.observe_time, OldestSuccess(view->share->kinds, kAllKinds));
    summary.vos.push_back(view->share->share.vo);
    ++summary.share_count;
    if (state == DataState::kFresh) ++summary.fresh_share_count;
    for (const KindState& kind : view->share->kinds) {
      if (kind.error == ErrorClass::kNone) continue;
      ErrorSummary& error = summary.errors[kind.error];
      ++error.kind_count;
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

std::vector<std::string> FindProblems(const RequestContext& context, const SiteIndex& site) {
  std::vector<std::string> problems;
  const std::vector<const ShareView*> shares = CountedShares(site);
  if (!site.site()->site.configured) problems.push_back("no site file names this site any more");
  if (shares.empty()) problems.push_back("no VO is configured here");
  std::set<std::string> told;  // Keystones
  for (const ShareView* view : shares) {
    AddProblems(context, site, *view->share, problems);
    const std::string& url = view->endpoint->endpoint.keystone_url;
    const std::optional<BackOff> back_off = BackOffOf(context, *view);
    if (!back_off.has_value() || !told.insert(url).second) continue;
    problems.push_back(absl::StrCat(site.endpoints().size() < 2 ? "" : absl::StrCat(url, ": "),
                                    DescribeBackOff(*back_off)));
  }
  std::sort(problems.begin(), problems.end());
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

}  // namespace cis
