// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/time/time.h"

namespace cis::server {

// How following the database goes.
struct RefreshState {
  absl::Time publish_time = absl::InfinitePast();  // of what is served; InfinitePast = nothing yet
  absl::Duration build_duration;                   // what reading and indexing it took
  // Since when the file has not been read, although what was read before is still served;
  // InfinitePast = the last poll succeeded.
  absl::Time failing_since = absl::InfinitePast();
  std::string problem;  // why, for logs and health; "" = the last poll succeeded
};

}  // namespace cis::server
