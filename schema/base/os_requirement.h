#pragma once

// What a person or a request says about an operating system: "ubuntu>=22.04", "debian~12", "el:9",
// "linux".

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// How the version of an image must stand to the wanted one. In the order of
// cis.v1.VersionRelation.
enum class OsRelation { kAny = 0, kIs, kSameLine, kAtLeast, kAbove, kAtMost, kBelow };
inline constexpr int kOsRelationCount = 7;

// One operating system that will do.
struct OsRequirement {
  std::string distro;  // lower-case id, "el" or "linux"
  OsRelation relation = OsRelation::kAny;
  std::string version;   // as written; empty for kAny and for a codename
  std::string codename;  // lower case; only with kIs

  friend bool operator==(const OsRequirement&, const OsRequirement&) = default;
};

// Returns the requirement of its parts; `version` may be a codename. Distro names may be written in
// any case and in common long forms ("RockyLinux"). Returns INVALID_ARGUMENT naming what is wrong
// and the forms that are understood.
absl::StatusOr<OsRequirement> MakeOsRequirement(absl::string_view distro, OsRelation relation,
                                                absl::string_view version);

// Returns the requirement that `text` writes: a distro, a sign (":", "~", ">=", ">", "<=", "<") and
// a version. Errors as above.
absl::StatusOr<OsRequirement> ParseOsRequirement(absl::string_view text);

// Returns the shortest text that parses to `requirement`.
std::string FormatOsRequirement(const OsRequirement& requirement);

// Returns whether a version is one that is always the newest: sid, testing, rawhide.
bool IsRollingRelease(absl::string_view version);

}  // namespace cis
