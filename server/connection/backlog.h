// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "absl/time/time.h"

namespace cis::server {

// How long what a connection received has been waiting to be read. Follows one connection from its
// begin.
class Backlog {
 public:
  // `received` bytes in all, of which `unread` are not read yet. Returns how long the oldest of
  // them has waited, at least; zero if nothing waits, or if nothing was read for a second: then it
  // is the connection that is stuck, not the server. `now` does not decrease.
  absl::Duration Observe(int64_t received, int64_t unread, absl::Time now);

 private:
  // When so many bytes had been received; the first that are not all read come first.
  std::deque<std::pair<absl::Time, int64_t>> samples_;
  int64_t read_ = 0;
  absl::Time read_time_ = absl::InfinitePast();
};

}  // namespace cis::server
