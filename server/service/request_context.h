#pragma once

#include <functional>

#include "absl/time/time.h"
#include "server/snapshot/data_state.h"

namespace cis::server {

// What a handler may know beside the snapshot and the request.
struct RequestContext {
  absl::Time now =
      absl::InfinitePast();  // when the request, or that for its first page, came; ages count to it
  FreshnessPolicy freshness;
  std::function<bool()> is_cancelled =
      nullptr;  // whether nobody waits for the answer any more; may be empty
};

}  // namespace cis::server
