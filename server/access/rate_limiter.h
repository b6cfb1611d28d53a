// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/mutex.h"

namespace cis::server {

// How fast each caller may ask: a bucket that holds `burst` and is filled at `per_second`, per
// caller. Units are those of small requests.
struct RateLimits {
  double per_second = 200;  // 0 = no limit
  double burst = 1000;
};

// The buckets of callers. Remembers at most twice kMaxCallers of them; a caller that is forgotten
// has a full bucket, as one that was silent for burst / per_second seconds has. Safe to use from
// any number of threads.
class RateLimiter {
 public:
  static constexpr size_t kMaxCallers = 10000;

  explicit RateLimiter(RateLimits limits);

  // Takes `cost` from the bucket of `caller`. Returns how long it has to wait if there is not
  // enough, in which case nothing is taken, and zero otherwise. `now` does not decrease.
  absl::Duration Spend(absl::string_view caller, double cost, absl::Time now);

 private:
  // When a bucket is full again. A caller that is not in the map has a full one.
  using Buckets = absl::flat_hash_map<std::string, absl::Time>;

  const RateLimits limits_;
  Mutex mu_;
  Buckets recent_ ABSL_GUARDED_BY(mu_);
  Buckets older_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis::server
