// SPDX-License-Identifier: Apache-2.0
#include "server/process/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cis::server {
namespace {

// 256 connections of HTTP (server/http), files, and the sockets of gRPC.
constexpr int64_t kOtherDescriptors = 400;
constexpr int64_t kDescriptorsOfConnection = 2;
constexpr int64_t kUsualConnections = 4096;

}  // namespace

absl::StatusOr<int64_t> ConnectionsFor(int64_t wanted, int64_t descriptors) {
  const int64_t possible = (descriptors - kOtherDescriptors) / kDescriptorsOfConnection;
  const int64_t connections = wanted == 0 ? std::min(possible, kUsualConnections) : wanted;
  if (connections >= 1 && connections <= possible) return connections;
  return absl::InvalidArgumentError(absl::StrCat(
      wanted == 0 ? "a server" : absl::StrCat("--max-connections ", wanted), " needs ",
      kOtherDescriptors + kDescriptorsOfConnection * std::max<int64_t>(connections, 1),
      " descriptors, and the process may have ", descriptors,
      "; raise the limit (LimitNOFILE in the unit, ulimit -n in a shell), or ask for fewer"));
}

int64_t DescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  constexpr rlim_t kMany = 1'000'000'000;
  return static_cast<int64_t>(std::min(limit.rlim_cur, kMany));
}

}  // namespace cis::server
