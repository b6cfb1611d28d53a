// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requirements on an operating system, as people and requests write them: "ubuntu>=22.04",
// "debian~12", "el:9", "linux".

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// How the version of an image must relate to the required version. In the order of
// cis.v1.VersionRelation.
enum class OsRelation { kAny = 0, kIs, kSameLine, kAtLeast, kAbove, kAtMost, kBelow };
inline constexpr int kOsRelationCount = 7;

// One operating system that satisfies a request.
struct OsRequirement {
  std::string distro;  // lower-case id, "el" or "linux"
  OsRelation relation = OsRelation::kAny;
  std::string version;   // as written; empty for kAny and for a codename
  std::string codename;  // lower case; only with kIs

  friend bool operator==(const OsRequirement&, const OsRequirement&) = default;
};

// Returns the requirement with these parts; `version` may be a codename. Distro names may be
// written in any case and in common long forms ("RockyLinux"). Returns INVALID_ARGUMENT naming what
// is wrong and the forms that are accepted.
absl::StatusOr<OsRequirement> MakeOsRequirement(absl::string_view distro, OsRelation relation,
                                                absl::string_view version);

// Returns the requirement that `text` expresses: a distro, an operator (":", "~", ">=", ">", "<=",
// "<") and a version. Errors are those of MakeOsRequirement.
absl::StatusOr<OsRequirement> ParseOsRequirement(absl::string_view text);

// Returns the shortest text that parses to `requirement`.
std::string FormatOsRequirement(const OsRequirement& requirement);

// Returns whether a version names a rolling release, which is always the newest: sid, testing,
// rawhide.
bool IsRollingRelease(absl::string_view version);

}  // namespace cis
