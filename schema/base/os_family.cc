// SPDX-License-Identifier: Apache-2.0
#include "schema/base/os_family.h"

#include <algorithm>

namespace cis {
namespace {

constexpr absl::string_view kEnterpriseLinux[] = {
    "rhel", "almalinux", "rocky", "centos", "centos-stream", "ol", "scientific"};

constexpr absl::string_view kNotLinux[] = {"windows",   "freebsd",  "netbsd",  "openbsd",
                                           "dragonfly", "opnsense", "pfsense", "solaris",
                                           "illumos",   "msdos",    "macos"};

constexpr absl::string_view kTwoNumbers[] = {"ubuntu", "alpine", "cirros"};

bool IsOneOf(absl::Span<const absl::string_view> list, absl::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

absl::Span<const absl::string_view> EnterpriseLinuxDistros() { return kEnterpriseLinux; }

absl::Span<const absl::string_view> NotLinuxDistros() { return kNotLinux; }

bool IsEnterpriseLinux(absl::string_view distro) { return IsOneOf(kEnterpriseLinux, distro); }

bool IsLinux(absl::string_view distro) { return !IsOneOf(kNotLinux, distro); }

absl::string_view ReleaseLineOf(absl::string_view distro, absl::string_view version) {
  const size_t first = version.find('.');
  if (first == absl::string_view::npos || !IsOneOf(kTwoNumbers, distro)) {
    return version.substr(0, first);
  }
  return version.substr(0, version.find('.', first + 1));
}

}  // namespace cis
