// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::server {

// Receives each request that was answered. Called from any number of threads at once, and must be
// quick: the response waits for it.
class RequestMeter {
 public:
  virtual ~RequestMeter() = default;
  // `method` is named as in the proto, "FindPlacements"; `took` is the time from the handler's
  // start to its end.
  virtual void Count(absl::string_view method, absl::StatusCode code, absl::Duration took) = 0;
};

}  // namespace cis::server
