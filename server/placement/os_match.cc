#include "server/placement/os_match.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "schema/model/os_version.h"

namespace cis::server {
namespace {

constexpr std::array<absl::string_view, 7> kEnterpriseLinux{
    "rhel", "almalinux", "rocky", "centos", "centos-stream", "ol", "scientific"};

constexpr std::array<absl::string_view, 11> kNotLinux{"windows",   "freebsd",  "netbsd",  "openbsd",
                                                      "dragonfly", "opnsense", "pfsense", "solaris",
                                                      "illumos",   "msdos",    "macos"};

template <size_t kSize>
bool IsIn(const std::array<absl::string_view, kSize>& list, absl::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// "22.04" of 22.04.4 for distros whose releases have two numbers, else "12" of 12.5.
absl::string_view ReleaseLine(absl::string_view distro, absl::string_view version) {
  const size_t first = version.find('.');
  if (first == absl::string_view::npos) return version;
  const bool two_numbers = distro == "ubuntu" || distro == "alpine" || distro == "cirros";
  if (!two_numbers) return version.substr(0, first);
  return version.substr(0, version.find('.', first + 1));
}

bool HasDistro(const OsRequirement& requirement, absl::string_view distro) {
  if (distro.empty()) return false;
  if (requirement.distro == "linux") return !IsIn(kNotLinux, distro);
  if (requirement.distro == "el") return IsIn(kEnterpriseLinux, distro);
  return requirement.distro == distro;
}

// A point release counts as its line when the request names the line only: 9.4 is "9" in "<=9".
int CompareToWanted(const OsRequirement& requirement, const Image& image) {
  if (IsOfReleaseLine(image.os_version, requirement.version)) return 0;
  return CompareOsVersions(image.os_distro, image.os_version, requirement.version);
}

}  // namespace

bool IsEnterpriseLinux(absl::string_view distro) { return IsIn(kEnterpriseLinux, distro); }

OsMatch MatchOs(const OsRequirement& requirement, const Image& image) {
  if (!HasDistro(requirement, image.os_distro)) return OsMatch::kOtherDistro;
  if (requirement.relation == OsRelation::kAny) return OsMatch::kMatch;
  if (!requirement.codename.empty()) {
    if (absl::EqualsIgnoreCase(requirement.codename, image.os_codename)) return OsMatch::kMatch;
    return image.os_codename.empty() ? OsMatch::kVersionUnknown : OsMatch::kOtherVersion;
  }
  if (requirement.relation == OsRelation::kIs &&
      absl::EqualsIgnoreCase(requirement.version, image.os_codename)) {
    return OsMatch::kMatch;  // debian:sid
  }
  if (image.os_version.empty()) return OsMatch::kVersionUnknown;
  const int order = CompareToWanted(requirement, image);
  switch (requirement.relation) {
    case OsRelation::kAny:
      return OsMatch::kMatch;
    case OsRelation::kIs:
      return order == 0 ? OsMatch::kMatch : OsMatch::kOtherVersion;
    case OsRelation::kSameLine:
      return IsOfReleaseLine(image.os_version, ReleaseLine(image.os_distro, requirement.version))
                 ? OsMatch::kMatch
                 : OsMatch::kOtherVersion;
    case OsRelation::kAtLeast:
      return order >= 0 ? OsMatch::kMatch : OsMatch::kTooOld;
    case OsRelation::kAbove:
      return order > 0 ? OsMatch::kMatch : OsMatch::kTooOld;
    case OsRelation::kAtMost:
      return order <= 0 ? OsMatch::kMatch : OsMatch::kTooNew;
    case OsRelation::kBelow:
      return order < 0 ? OsMatch::kMatch : OsMatch::kTooNew;
  }
  return OsMatch::kOtherDistro;
}

}  // namespace cis::server
