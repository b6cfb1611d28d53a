#pragma once

// How many addresses are left, as far as a share can see.

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/types/span.h"
#include "schema/model/records.h"

namespace cis::server {

// Addresses that are left in some subnets.
struct AddressRoom {
  // At most so many are left; kUnlimited = more than anybody asks for; absent = not known.
  std::optional<int64_t> free;
  // Everything that takes addresses is seen, so that `free` is what is left and not only a bound.
  bool is_exact = false;
  // Of `free`, what DHCP has not taken yet and may take.
  int64_t pending = 0;

  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  // False if `count` are certainly not left.
  bool MayHold(int64_t count) const { return !free || count <= *free; }
  // True if `count` are certainly left.
  bool Holds(int64_t count) const {
    return free && (*free == kUnlimited || (is_exact && count <= *free - pending));
  }

  friend bool operator==(const AddressRoom&, const AddressRoom&) = default;
};

// Addresses in the allocation pools of a subnet, used or not. Where the pools are not shown, all of
// the range but the first and the last of IPv4, which Neutron gives to nobody. Absent if neither is
// known.
std::optional<int64_t> AddressCount(const Subnet& subnet);

// Of ports on one network of the given subnets, of which Neutron chooses any. `is_own`: the network
// is of the share's own project, which then sees all ports on it.
AddressRoom RoomOf(absl::Span<const Subnet* const> subnets, bool is_own);

// Of a range of IPv4 addresses with a prefix of this length, newly made with a gateway and DHCP.
AddressRoom RoomOfNewSubnet(int prefix_length);

}  // namespace cis::server
