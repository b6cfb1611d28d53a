// SPDX-License-Identifier: Apache-2.0
#include "client/format/os_text.h"

#include "absl/strings/str_cat.h"
#include "schema/base/os_requirement.h"
#include "schema/base/status_macros.h"

namespace cis::client {

absl::StatusOr<v1::OsRequirement> ParseOsText(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const OsRequirement parsed, ParseOsRequirement(text));
  v1::OsRequirement os;
  os.set_distro(parsed.distro);
  os.set_relation(static_cast<v1::VersionRelation>(parsed.relation));
  os.set_version(absl::StrCat(parsed.version, parsed.codename));
  return os;
}

std::string OsRequirementText(const v1::OsRequirement& os) {
  OsRequirement requirement;
  requirement.distro = os.distro();
  requirement.version = os.version();
  if (v1::VersionRelation_IsValid(os.relation())) {
    requirement.relation = static_cast<OsRelation>(os.relation());
  }
  return FormatOsRequirement(requirement);
}

}  // namespace cis::client
