// SPDX-License-Identifier: Apache-2.0
#include "server/placement/address_room.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace cis::server {
namespace {

// More addresses than this are never used up.
constexpr int64_t kMany = int64_t{1} << 32;

// Length of the prefix of "10.0.0.0/24"; absent if there is none.
std::optional<int> PrefixLength(absl::string_view cidr) {
  const size_t slash = cidr.find('/');
  int length = 0;
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(cidr.substr(slash + 1), &length)) {
    return std::nullopt;
  }
  return length;
}

std::optional<int64_t> RangeSize(const Subnet& subnet) {
  const std::optional<int> length = PrefixLength(subnet.cidr);
  const int bits = subnet.ip_version == 6 ? 128 : 32;
  if (!length || *length < 0 || *length > bits) return std::nullopt;
  if (bits - *length >= 62) return AddressRoom::kUnlimited;
  const int64_t all = int64_t{1} << (bits - *length);
  // The network's own address and broadcast, which ranges of one or two addresses do not have.
  return subnet.ip_version == 4 && all > 2 ? all - 2 : all;
}

// Returns the room in one subnet.
AddressRoom RoomOfOne(const Subnet& subnet, bool is_own) {
  AddressRoom room;
  const std::optional<int64_t> size = AddressCount(subnet);
  if (!size) return room;
  room.is_exact = is_own && subnet.used_count.has_value() && subnet.address_count.has_value();
  if (*size >= kMany) {
    room.free = AddressRoom::kUnlimited;
    return room;
  }
  room.free = std::max<int64_t>(0, *size - subnet.used_count.value_or(0));
  if (subnet.enable_dhcp.value_or(true) && !subnet.has_dhcp_port) room.pending = 1;
  return room;
}

// A port takes one address of each IP version of the network; within one version, from any subnet.
void AddAlternative(const AddressRoom& one, AddressRoom* sum) {
  sum->is_exact = sum->is_exact && one.is_exact;
  sum->pending += one.pending;
  if (!sum->free || !one.free) {
    sum->free.reset();
  } else if (*sum->free == AddressRoom::kUnlimited || *one.free == AddressRoom::kUnlimited) {
    sum->free = AddressRoom::kUnlimited;
  } else {
    sum->free = *sum->free + *one.free;
  }
}

AddressRoom RoomOfVersion(absl::Span<const Subnet* const> subnets, int ip_version, bool is_own,
                          bool* has_any) {
  AddressRoom sum{0, true, 0};
  for (const Subnet* subnet : subnets) {
    if (subnet->ip_version != ip_version) continue;
    *has_any = true;
    AddAlternative(RoomOfOne(*subnet, is_own), &sum);
  }
  return sum;
}

bool IsSettled(const AddressRoom& room) {
  return room.is_exact || room.free == AddressRoom::kUnlimited;
}

// Returns the room if each machine needs an address from both.
AddressRoom Both(const AddressRoom& a, const AddressRoom& b) {
  AddressRoom out;
  if (a.free && b.free) {
    out.free = std::min(*a.free, *b.free);
  } else {
    out.free = a.free ? a.free : b.free;
  }
  out.is_exact = IsSettled(a) && IsSettled(b);
  out.pending = std::max(a.pending, b.pending);
  return out;
}

}  // namespace

std::optional<int64_t> AddressCount(const Subnet& subnet) {
  return subnet.address_count ? subnet.address_count : RangeSize(subnet);
}

AddressRoom RoomOf(absl::Span<const Subnet* const> subnets, bool is_own) {
  std::optional<AddressRoom> room;
  for (const int ip_version : {4, 6}) {
    bool has_any = false;
    const AddressRoom one = RoomOfVersion(subnets, ip_version, is_own, &has_any);
    if (!has_any) continue;
    room = room ? Both(*room, one) : one;
  }
  return room.value_or(AddressRoom{});
}

AddressRoom RoomOfNewSubnet(int prefix_length) {
  AddressRoom room;
  // Without the network's own address, broadcast and gateway.
  room.free = std::max<int64_t>(0, (int64_t{1} << (32 - std::clamp(prefix_length, 0, 32))) - 3);
  room.is_exact = true;
  room.pending = 1;
  return room;
}

}  // namespace cis::server
