// SPDX-License-Identifier: Apache-2.0
#include "server/placement/os_match.h"

#include "absl/strings/match.h"
#include "schema/base/os_family.h"
#include "schema/model/os_version.h"

namespace cis::server {
namespace {

bool HasDistro(const OsRequirement& requirement, absl::string_view distro) {
  if (distro.empty()) return false;
  if (requirement.distro == "linux") return IsLinux(distro);
  if (requirement.distro == "el") return IsEnterpriseLinux(distro);
  return requirement.distro == distro;
}

// A point release counts as its line when the request names the line only: 9.4 is "9" in "<=9".
int CompareToWanted(const OsRequirement& requirement, const Image& image) {
  if (IsOfReleaseLine(image.os_version, requirement.version)) return 0;
  return CompareOsVersions(image.os_distro, image.os_version, requirement.version);
}

}  // namespace

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
      return IsOfReleaseLine(image.os_version, ReleaseLineOf(image.os_distro, requirement.version))
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
