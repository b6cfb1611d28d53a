// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/standing.h"

#include <algorithm>

#include "schema/model/known.h"

namespace cis::server {

Standing StandingOf(const Snapshot* snapshot, const RefreshState& refresh, bool takes_requests,
                    absl::Time now, const FreshnessPolicy& policy) {
  const std::map<DataState, int64_t> none = {{DataState::kFresh, 0},
                                             {DataState::kStale, 0},
                                             {DataState::kExpired, 0},
                                             {DataState::kMissing, 0}};
  Standing standing;
  standing.share_count = none;
  standing.refresh = refresh;
  if (snapshot == nullptr) return standing;
  standing.is_serving = takes_requests;
  standing.generation = snapshot->generation();
  for (const auto& site : snapshot->catalog().sites) {
    if (!site->site.configured) continue;
    ++standing.site_count;
    standing.site_share_count[site->site.name] = none;
  }
  absl::Time oldest = absl::InfiniteFuture();
  for (const ShareView& view : snapshot->shares()) {
    const ShareCatalog& share = *view.share;
    if (!share.share.configured) continue;
    const DataState state = WorstState(share.kinds, kAllKinds, now, policy);
    ++standing.share_count[state];
    const std::string& site_name = view.site->site.name;
    standing.site_share_count.try_emplace(site_name, none).first->second[state] += 1;
    for (const KindState& kind : share.kinds) {
      if (kind.error != ErrorClass::kNone) ++standing.site_failure_count[{site_name, kind.error}];
      if (IsKnown(kind.success_time)) oldest = std::min(oldest, kind.success_time);
    }
  }
  if (oldest != absl::InfiniteFuture()) standing.oldest_observe_time = oldest;
  for (const Crawl& crawl : snapshot->catalog().crawls) {
    if (!IsKnown(crawl.end_time)) continue;
    if (!standing.crawl || standing.crawl->end_time < crawl.end_time) standing.crawl = crawl;
  }
  return standing;
}

}  // namespace cis::server
