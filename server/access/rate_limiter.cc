// SPDX-License-Identifier: Apache-2.0
#include "server/access/rate_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

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

std::string NetworkOf(absl::string_view address) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> printed{};
  // An IPv4 address that is written as one of IPv6.
  if (std::all_of(bytes.begin(), bytes.begin() + 10, [](unsigned char c) { return c == 0; }) &&
      bytes[10] == 0xff && bytes[11] == 0xff) {
    inet_ntop(AF_INET, &bytes[12], printed.data(), printed.size());
    return printed.data();
  }
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  inet_ntop(AF_INET6, bytes.data(), printed.data(), printed.size());
  return absl::StrCat(printed.data(), "/64");
}

}  // namespace cis::server
