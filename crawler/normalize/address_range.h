// SPDX-License-Identifier: Apache-2.0
#pragma once

// Addresses as numbers: whether one is in a range, and how many a range has.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

struct IpAddress {
  int ip_version = 0;  // 4 or 6
  absl::uint128 value = 0;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend bool operator<(const IpAddress& a, const IpAddress& b) {
    return a.ip_version != b.ip_version ? a.ip_version < b.ip_version : a.value < b.value;
  }
};

// Returns nullopt if `text` is not an address.
std::optional<IpAddress> ParseIpAddress(absl::string_view text);

// A range of addresses; both ends are part of it.
struct AddressRange {
  IpAddress first;
  IpAddress last;

  bool Contains(const IpAddress& address) const {
    return address.ip_version == first.ip_version && first.value <= address.value &&
           address.value <= last.value;
  }
};

// Returns nullopt if the ends are not addresses of one family, or the last comes before the first.
std::optional<AddressRange> ParseAddressRange(absl::string_view first, absl::string_view last);

// Returns the number of addresses in ranges that do not overlap, capped at INT64_MAX.
int64_t CountAddresses(const std::vector<AddressRange>& ranges);

}  // namespace cis::crawler
