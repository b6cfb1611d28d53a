// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/connection/descriptor.h"

namespace cis::server {

// Sockets that listen, and their address.
struct Listener {
  std::vector<Descriptor> sockets;
  std::string address;  // as given, with the port that was chosen
  std::string path;     // of a Unix socket; "" = TCP
};

// Listens on `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. A name stands for all its addresses, with
// one port; port 0 takes a free one. `0.0.0.0` is every address of IPv4, `[::]` every address. The
// file of a Unix socket whose process has ended is replaced. Returns INVALID_ARGUMENT for
// another form, a port that is in use, or an address that is not of this machine.
absl::StatusOr<Listener> Listen(const std::string& address);

}  // namespace cis::server
