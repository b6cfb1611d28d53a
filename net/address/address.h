// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts of network addresses, as logs, limits and policies have them.

#include <sys/socket.h>

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// The other end of a connection.
struct PeerAddress {
  std::string host;  // "192.0.2.1", "2001:db8::1"; "" on a Unix socket
  int port = 0;

  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};

// Reads a socket address. One of IPv4 in the form of IPv6 (::ffff:192.0.2.1) becomes one of IPv4.
PeerAddress ReadAddress(const sockaddr_storage& address);

// Whether an address is of this machine's loopback network.
bool IsLoopbackAddress(absl::string_view address);

// Returns the network that stands for an address in limits: the address for IPv4, its first 64 bits
// for IPv6 ("2001:db8:1:2::/64"), of which one host has all addresses. Other texts stay.
std::string NetworkOf(absl::string_view address);

}  // namespace cis
