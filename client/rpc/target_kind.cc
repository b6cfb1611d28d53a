// SPDX-License-Identifier: Apache-2.0
#include "client/rpc/target_kind.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis::client {
namespace {

// The highest byte of 127.0.0.0/8.
constexpr uint32_t kLoopbackNetwork = 127;

bool IsPort(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsLoopbackV4(absl::string_view host) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
         ntohl(address.s_addr) >> 24 == kLoopbackNetwork;
}

bool IsLoopbackV6(absl::string_view host) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&address);
}

// HOST or HOST:PORT, with the brackets of IPv6 or a bare IPv6 address.
bool IsLoopbackHost(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t end = text.find(']');
    if (end == absl::string_view::npos) return false;
    absl::string_view port = text.substr(end + 1);
    if (!port.empty() && !(absl::ConsumePrefix(&port, ":") && IsPort(port))) return false;
    return IsLoopbackV6(text.substr(0, end));
  }
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (colons > 1) return IsLoopbackV6(text);
  const size_t colon = text.find(':');
  if (colons == 1 && !IsPort(text.substr(colon + 1))) return false;
  const absl::string_view host = text.substr(0, colon);
  return absl::EqualsIgnoreCase(host, "localhost") || IsLoopbackV4(host);
}

// The addresses of `ipv4:A,B` and `ipv6:A,B`.
bool AreLoopbackHosts(absl::string_view list) {
  const std::vector<absl::string_view> hosts = absl::StrSplit(list, ',');
  return std::all_of(hosts.begin(), hosts.end(), IsLoopbackHost);
}

}  // namespace

TargetKind KindOfTarget(absl::string_view target) {
  if (absl::StartsWith(target, "unix:") || absl::StartsWith(target, "unix-abstract:")) {
    return TargetKind::kUnixSocket;
  }
  bool is_loopback = false;
  if (absl::ConsumePrefix(&target, "ipv4:") || absl::ConsumePrefix(&target, "ipv6:")) {
    is_loopback = AreLoopbackHosts(target);
  } else {
    // An authority, as in dns://SERVER/HOST, leaves a slash in what follows.
    if (absl::ConsumePrefix(&target, "dns:")) absl::ConsumePrefix(&target, "///");
    is_loopback = IsLoopbackHost(target);
  }
  return is_loopback ? TargetKind::kLoopback : TargetKind::kNetwork;
}

}  // namespace cis::client
