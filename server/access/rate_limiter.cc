// SPDX-License-Identifier: Apache-2.0
#include "server/access/rate_limiter.h"

#include <algorithm>
#include <utility>

namespace cis::server {

RateLimiter::RateLimiter(RateLimits limits) : limits_(limits) {}

absl::Duration RateLimiter::Spend(absl::string_view caller, double cost, absl::Time now) {
  if (limits_.per_second <= 0) return absl::ZeroDuration();
  // A request that costs more than the bucket holds waits for a full one.
  const absl::Duration costs = absl::Seconds(std::min(cost, limits_.burst) / limits_.per_second);
  const absl::Duration holds = absl::Seconds(limits_.burst / limits_.per_second);
  const MutexLock lock(&mu_);
  auto bucket = recent_.find(caller);
  if (bucket == recent_.end()) {
    if (recent_.size() >= kMaxCallers) older_ = std::exchange(recent_, Buckets());
    const auto older = older_.find(caller);
    const absl::Time full_time = older == older_.end() ? now : older->second;
    bucket = recent_.emplace(caller, full_time).first;
  }
  const absl::Time full_time = std::max(bucket->second, now) + costs;
  if (full_time - now > holds) return full_time - now - holds;
  bucket->second = full_time;
  return absl::ZeroDuration();
}

}  // namespace cis::server
