// SPDX-License-Identifier: Apache-2.0
#pragma once

// Summaries of the states of many kinds of many shares: the state of a site, a share or a VO.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/back_off.h"
#include "schema/model/registry.h"
#include "server/service/registry_summary.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// Kinds of shares that fail with one class of error.
struct ErrorSummary {
  int32_t kind_count = 0;
  absl::Time failing_since = absl::InfiniteFuture();  // the first of them
  int32_t share_count = 0;
  std::set<Kind> kinds;
  std::string error_message;  // of the first of them
};

// The summary of a site. Counts its configured shares; if the site is not configured, all of its
// shares.
struct SiteSummary {
  const SiteIndex* site = nullptr;
  DataState state = DataState::kMissing;           // worst of its shares
  absl::Time observe_time = absl::InfinitePast();  // oldest read; InfinitePast if one never was
  std::vector<std::string> vos;                    // sorted
  int32_t share_count = 0;
  std::map<DataState, int32_t> share_counts;
  std::map<ErrorClass, ErrorSummary> errors;
  absl::Time next_attempt = absl::InfiniteFuture();  // InfiniteFuture = not backed off from
  RegistryFacts registry;
};
SiteSummary SummarizeSite(const RequestContext& context, const Snapshot& snapshot,
                          const SiteIndex& site);

// Returns the problems of a site from its crawls and from the registry, sorted by sentence. Codes
// from the crawls: SHARE_FAILING, SHARE_OLD, RECORDS_SKIPPED, SITE_REMOVED, NO_VO, BACKING_OFF;
// `since` is known for the first and the last only.
std::vector<SiteProblem> FindProblems(const RequestContext& context, const Snapshot& snapshot,
                                      const SiteIndex& site);
// The same for all sites, including those that only the registry knows, ordered by resource name.
std::vector<SiteProblem> FindAllProblems(const RequestContext& context, const Snapshot& snapshot);

// The summary of a VO, over its configured shares.
struct VoSummary {
  std::string vo;
  std::vector<std::string> site_names;  // GOCDB names, sorted
  int32_t share_count = 0;
  int32_t authenticated_share_count = 0;
  int32_t refused_share_count = 0;
};
// Ordered by resource name.
std::vector<VoSummary> SummarizeVos(const Snapshot& snapshot);

// Returns the back-off of the share's endpoint; nothing if the endpoint is not backed off from, or
// the share is not configured.
std::optional<BackOff> BackOffOf(const RequestContext& context, const ShareView& view);

// Returns the worst state of the share's kinds, tried or not.
DataState StateOfShare(const RequestContext& context, const ShareCatalog& share);

// Returns false if `kinds` of every configured share are missing or expired, so that no usable data
// exists.
bool HasUsableData(const RequestContext& context, const SiteIndex& site,
                   absl::Span<const Kind> kinds);

// Returns the names of the VOs of configured shares that see a flavor or image, sorted.
template <typename Record>
std::vector<absl::string_view> VosOf(const ItemView<Record>& view) {
  std::vector<absl::string_view> vos;
  for (const int32_t index : view.share_indexes) {
    const Share& share = view.share(index);
    // Shares are ordered by VO, and a VO may have several projects.
    if (share.configured && (vos.empty() || vos.back() != share.vo)) vos.push_back(share.vo);
  }
  return vos;
}

}  // namespace cis::server
