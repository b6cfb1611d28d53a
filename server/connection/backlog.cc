// SPDX-License-Identifier: Apache-2.0
#include "server/connection/backlog.h"

namespace cis::server {
namespace {

constexpr absl::Duration kStuckAfter = absl::Seconds(1);
constexpr size_t kMaxSamples = 1000;

}  // namespace

absl::Duration Backlog::Observe(int64_t received, int64_t unread, absl::Time now) {
  const int64_t read = received - unread;
  if (read != read_ || unread == 0) read_time_ = now;
  read_ = read;
  while (!samples_.empty() && samples_.front().second <= read) samples_.pop_front();
  if (unread == 0) return absl::ZeroDuration();
  const bool is_new = samples_.empty() || samples_.back().second != received;
  if (is_new && samples_.size() < kMaxSamples) samples_.emplace_back(now, received);
  if (now - read_time_ >= kStuckAfter) return absl::ZeroDuration();
  return now - samples_.front().first;
}

}  // namespace cis::server
