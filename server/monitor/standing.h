// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "schema/model/data_state.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// The state of the server and its data at one moment: what an operator wants to be woken for.
struct Standing {
  bool is_serving = false;  // there is a snapshot, and the server accepts requests
  int64_t generation = 0;   // of the snapshot; 0 = there is none
  int64_t site_count = 0;   // configured ones
  // Number of configured shares by the worst state of their kinds. Every state has an entry.
  std::map<DataState, int64_t> share_count;
  // Time of the oldest successful read of any kind of a configured share; InfinitePast = nothing
  // was ever read.
  absl::Time oldest_observe_time = absl::InfinitePast();
  // End of the latest crawl that finished; InfinitePast = none did.
  absl::Time crawl_end_time = absl::InfinitePast();
};

// `snapshot` may be null.
Standing StandingOf(const Snapshot* snapshot, bool takes_requests, absl::Time now,
                    const FreshnessPolicy& policy);

}  // namespace cis::server
