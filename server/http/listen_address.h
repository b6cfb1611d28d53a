// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace cis::server {

// HOST:PORT, [IPV6]:PORT or unix:PATH, taken apart.
struct ListenAddress {
  std::string unix_path;  // "" = not a Unix socket
  std::string host;       // without brackets
  uint16_t port = 0;
};

// Returns INVALID_ARGUMENT, with what to write, for any other text.
absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& address);

}  // namespace cis::server
