// SPDX-License-Identifier: Apache-2.0
#include "server/placement/network_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "server/placement/text.h"

namespace cis::server {
namespace {

constexpr std::array<absl::string_view, 12> kPublicTokens{
    "public", "pub",      "external", "extern", "ext",      "floating",
    "fip",    "internet", "inet",     "wan",    "provider", "float"};
constexpr std::array<absl::string_view, 22> kServiceTokens{
    "private", "priv",      "internal", "intern", "local", "mgmt", "management", "admin",
    "storage", "ceph",      "backup",   "test",   "ha",    "lb",   "octavia",    "ipmi",
    "bmc",     "heartbeat", "sriov",    "rdma",   "ib",    "infra"};

template <size_t kSize>
bool HasToken(const std::array<absl::string_view, kSize>& tokens, absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  size_t begin = 0;
  for (size_t i = 0; i <= lower.size(); ++i) {
    if (i < lower.size() && absl::ascii_isalnum(static_cast<unsigned char>(lower[i]))) continue;
    const absl::string_view token = absl::string_view(lower).substr(begin, i - begin);
    if (std::find(tokens.begin(), tokens.end(), token) != tokens.end()) return true;
    begin = i + 1;
  }
  return false;
}

}  // namespace

int PoolNameRank(const Network& pool) {
  if (HasToken(kServiceTokens, pool.name)) return 2;
  return HasToken(kPublicTokens, pool.name) ? 0 : 1;
}

int PortNameRank(const Network& network, absl::string_view vo) {
  if (!vo.empty() && ContainsIgnoreCase(network.name, vo)) return 0;
  if (ContainsIgnoreCase(network.name, "default")) return 1;
  constexpr std::array<absl::string_view, 11> kNotForMachines{
      "mgmt", "management", "storage", "ceph", "backup",   "octavia",
      "lb",   "ipmi",       "bmc",     "ha",   "heartbeat"};
  return HasToken(kNotForMachines, network.name) ? 3 : 2;
}

}  // namespace cis::server
