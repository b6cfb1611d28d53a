// SPDX-License-Identifier: Apache-2.0
#include "schema/base/os_alias.h"

#include <array>
#include <utility>

namespace cis {

absl::string_view DistroOfAlias(absl::string_view word) {
  static constexpr std::array<std::pair<absl::string_view, absl::string_view>, 14> kAliases{{
      {"alma", "almalinux"},
      {"almalinuxos", "almalinux"},
      {"rockylinux", "rocky"},
      {"redhat", "rhel"},
      {"rhel-server", "rhel"},
      {"oracle", "ol"},
      {"oraclelinux", "ol"},
      {"centosstream", "centos-stream"},
      {"centos_stream", "centos-stream"},
      {"scientificlinux", "scientific"},
      {"suse", "sles"},
      {"archlinux", "arch"},
      {"win", "windows"},
      {"coreos", "fedora-coreos"},
  }};
  for (const auto& [alias, distro] : kAliases) {
    if (word == alias) return distro;
  }
  return word;
}

}  // namespace cis
