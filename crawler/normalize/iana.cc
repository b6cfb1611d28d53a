// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/iana.h"

#include <arpa/inet.h>

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace cis::crawler {
namespace {

std::optional<AddressPrefix> ParsePrefix(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.size() > 64) {
    return std::nullopt;
  }
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  AddressPrefix prefix;
  if (inet_pton(AF_INET, address.c_str(), prefix.bytes.data()) == 1) {
    prefix.ip_version = 4;
  } else if (inet_pton(AF_INET6, address.c_str(), prefix.bytes.data()) == 1) {
    prefix.ip_version = 6;
  } else {
    return std::nullopt;
  }
  const int width = prefix.ip_version == 4 ? 32 : 128;
  prefix.length = width;
  if (slash != absl::string_view::npos &&
      (!absl::SimpleAtoi(text.substr(slash + 1), &prefix.length) || prefix.length < 0 ||
       prefix.length > width)) {
    return std::nullopt;
  }
  return prefix;
}

// Whether the first `bits` bits of both are the same.
bool SameBits(const AddressPrefix& a, const AddressPrefix& b, int bits) {
  for (int bit = 0; bit < bits; ++bit) {
    const auto index = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((a.bytes[index] & mask) != (b.bytes[index] & mask)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool IsAddressOrRange(absl::string_view text) { return ParsePrefix(text).has_value(); }

AddressRules::AddressRules(const Tables& tables) {
  for (const auto& row : tables.Rows("iana")) {
    if (const std::optional<AddressPrefix> prefix = ParsePrefix(row[0])) {
      ranges_.push_back({*prefix, row[1], row[2] == "yes"});
    }
  }
}

AddressClass AddressRules::Classify(absl::string_view address_or_cidr) const {
  const std::optional<AddressPrefix> asked = ParsePrefix(address_or_cidr);
  if (!asked.has_value()) {
    return {};
  }
  const Range* holder = nullptr;
  for (const Range& range : ranges_) {
    if (range.prefix.ip_version == asked->ip_version && range.prefix.length <= asked->length &&
        SameBits(range.prefix, *asked, range.prefix.length) &&
        (holder == nullptr || range.prefix.length > holder->prefix.length)) {
      holder = &range;
    }
  }
  if (holder == nullptr) {
    return {};
  }
  AddressClass result{asked->ip_version, holder->name, holder->global};
  for (const Range& range : ranges_) {
    if (range.prefix.ip_version == asked->ip_version && range.prefix.length > asked->length &&
        SameBits(range.prefix, *asked, asked->length) && range.global != holder->global) {
      return {asked->ip_version, "mixed", false};
    }
  }
  return result;
}

}  // namespace cis::crawler
