// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/address_range.h"

#include <arpa/inet.h>

#include <array>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"

namespace cis::crawler {

std::optional<IpAddress> ParseIpAddress(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty() || text.size() > 64) return std::nullopt;
  const std::string address(text);
  std::array<uint8_t, 16> bytes{};
  IpAddress parsed;
  std::size_t length = 0;
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
    parsed.ip_version = 4;
    length = 4;
  } else if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) {
    parsed.ip_version = 6;
    length = 16;
  } else {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < length; ++i) parsed.value = (parsed.value << 8) | bytes[i];
  return parsed;
}

std::optional<AddressRange> ParseAddressRange(absl::string_view first, absl::string_view last) {
  const std::optional<IpAddress> from = ParseIpAddress(first);
  const std::optional<IpAddress> to = ParseIpAddress(last);
  if (!from || !to || from->ip_version != to->ip_version || to->value < from->value) {
    return std::nullopt;
  }
  return AddressRange{*from, *to};
}

int64_t CountAddresses(const std::vector<AddressRange>& ranges) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  absl::uint128 count = 0;
  for (const AddressRange& range : ranges) {
    const absl::uint128 size = range.last.value - range.first.value;
    if (size >= absl::uint128(kMax)) return kMax;
    count += size + 1;
    if (count >= absl::uint128(kMax)) return kMax;
  }
  return static_cast<int64_t>(absl::Uint128Low64(count));
}

}  // namespace cis::crawler
