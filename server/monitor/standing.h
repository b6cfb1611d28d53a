// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "schema/model/data_state.h"
#include "schema/model/records.h"
#include "server/connection/connection_table.h"
#include "server/refresh/refresh_state.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// The state of the server and its data at one moment: what an operator wants to be woken for.
struct Standing {
  bool is_serving = false;  // there is a snapshot, and the server accepts requests
  ConnectionCounts connections;
  int64_t generation = 0;  // of the snapshot; 0 = there is none
  int64_t site_count = 0;  // configured ones
  // Number of configured shares by the worst state of their kinds. Every state has an entry.
  std::map<DataState, int64_t> share_count;
  // Time of the oldest successful read of any kind of a configured share; InfinitePast = nothing
  // was ever read.
  absl::Time oldest_observe_time = absl::InfinitePast();
  // Of the configured sites, the same number for each.
  std::map<std::string, std::map<DataState, int64_t>> site_share_count;
  // By site and class of error: kinds of configured shares whose last attempt failed.
  std::map<std::pair<std::string, ErrorClass>, int64_t> site_failure_count;
  std::optional<Crawl> crawl;                                 // the latest that finished
  RefreshState refresh;                                       // of the database file
  absl::Time certificate_expire_time = absl::InfinitePast();  // InfinitePast = no TLS
  bool certificate_failed = false;  // the files hold a certificate that cannot be used
};

// `snapshot` may be null.
Standing StandingOf(const Snapshot* snapshot, const RefreshState& refresh, bool takes_requests,
                    absl::Time now, const FreshnessPolicy& policy);

}  // namespace cis::server
