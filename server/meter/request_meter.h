// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::server {

// Receives what became of each request. Called from any number of threads at once, and must be
// quick: the response waits for it.
class RequestMeter {
 public:
  virtual ~RequestMeter() = default;
  // `method` is named as in the proto, "FindPlacements"; `took` is the time from the handler's
  // start to its end.
  virtual void Count(absl::string_view method, absl::StatusCode code, absl::Duration took) = 0;
  // A request that was not worked on, because of its caller or of the load; `reason` as in
  // ErrorInfo, "TOKEN_REFUSED". Count is called too.
  virtual void CountRefusal(absl::string_view reason) = 0;
  // A bearer token: "OK", or why it was not accepted, "TOKEN_EXPIRED".
  virtual void CountToken(absl::string_view result) = 0;
};

}  // namespace cis::server
