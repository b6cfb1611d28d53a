// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/standing.h"

#include <algorithm>

#include "schema/model/records.h"

namespace cis::server {

Standing StandingOf(const Snapshot* snapshot, bool takes_requests, absl::Time now,
                    const FreshnessPolicy& policy) {
  Standing standing;
  for (const DataState state :
       {DataState::kFresh, DataState::kStale, DataState::kExpired, DataState::kMissing}) {
    standing.share_count[state] = 0;
  }
  if (snapshot == nullptr) return standing;
  standing.is_serving = takes_requests;
  standing.generation = snapshot->generation();
  for (const auto& site : snapshot->catalog().sites) {
    if (site->site.configured) ++standing.site_count;
  }
  absl::Time oldest = absl::InfiniteFuture();
  for (const ShareView& view : snapshot->shares()) {
    const ShareCatalog& share = *view.share;
    if (!share.share.configured) continue;
    ++standing.share_count[WorstState(share.kinds, kAllKinds, now, policy)];
    for (const KindState& kind : share.kinds) {
      if (kind.success_time != absl::InfinitePast()) oldest = std::min(oldest, kind.success_time);
    }
  }
  if (oldest != absl::InfiniteFuture()) standing.oldest_observe_time = oldest;
  for (const Crawl& crawl : snapshot->catalog().crawls) {
    standing.crawl_end_time = std::max(standing.crawl_end_time, crawl.end_time);
  }
  return standing;
}

}  // namespace cis::server
