// SPDX-License-Identifier: Apache-2.0
#include "net/address/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cis {
namespace {

std::string Print(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(family, bytes, text.data(), text.size()) == nullptr) return "";
  return text.data();
}

bool IsMapped(const in6_addr& address) { return IN6_IS_ADDR_V4MAPPED(&address) != 0; }

}  // namespace

PeerAddress ReadAddress(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return {Print(AF_INET, &v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    const bool is_mapped = IsMapped(v6.sin6_addr);
    return {is_mapped ? Print(AF_INET, &v6.sin6_addr.s6_addr[12]) : Print(AF_INET6, &v6.sin6_addr),
            ntohs(v6.sin6_port)};
  }
  return {};
}

bool IsLoopbackAddress(absl::string_view address) {
  return absl::StartsWith(address, "127.") || address == "::1" ||
         absl::StartsWith(address, "::ffff:127.");
}

std::string NetworkOf(absl::string_view address) {
  const std::string text(address);
  in6_addr bytes{};
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  if (IsMapped(bytes)) return Print(AF_INET, &bytes.s6_addr[12]);
  std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), uint8_t{0});
  return absl::StrCat(Print(AF_INET6, &bytes), "/64");
}

}  // namespace cis
