// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many addresses are left, as far as a share can see.

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/types/span.h"
#include "schema/model/records.h"

namespace cis::server {

// The addresses that are left in some subnets.
struct AddressRoom {
  // At most this many are left; kUnlimited = more than any request needs; absent = not known.
  std::optional<int64_t> free;
  // Whether everything that takes addresses is visible, so that `free` is exact and not only an
  // upper bound.
  bool is_exact = false;
  // The part of `free` that DHCP has not taken yet and may take.
  int64_t pending = 0;

  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  // Returns false if it is certain that fewer than `count` are left.
  bool MayHold(int64_t count) const { return !free || count <= *free; }
  // Returns true if it is certain that `count` are left.
  bool Holds(int64_t count) const {
    return free && (*free == kUnlimited || (is_exact && count <= *free - pending));
  }

  friend bool operator==(const AddressRoom&, const AddressRoom&) = default;
};

// Returns the number of addresses in the allocation pools of a subnet, used or not. If the pools
// are not shown: the whole range, for IPv4 without the first and the last address, which Neutron
// never assigns. Absent if neither is known.
std::optional<int64_t> AddressCount(const Subnet& subnet);

// Returns the room for ports on one network, whose addresses Neutron takes from any of the given
// subnets. `is_own`: the network is of the share's own project, which then sees all ports on it.
AddressRoom RoomOf(absl::Span<const Subnet* const> subnets, bool is_own);

// Returns the room in a new IPv4 subnet with a prefix of this length, a gateway and DHCP.
AddressRoom RoomOfNewSubnet(int prefix_length);

}  // namespace cis::server
