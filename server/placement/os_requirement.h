#pragma once

// What a request says about the operating system: "ubuntu>=22.04", "debian~12", "el:9", "linux".

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis {

// How the version of an image must stand to the wanted one.
enum class OsRelation { kAny = 0, kIs, kSameLine, kAtLeast, kAbove, kAtMost, kBelow };

// One alternative of ImageRequirements.os.
struct OsRequirement {
  std::string distro;  // lower-case id, "el" or "linux"
  OsRelation relation = OsRelation::kAny;
  std::string version;   // as written; empty for kAny and for a codename
  std::string codename;  // lower case; only with kIs

  friend bool operator==(const OsRequirement&, const OsRequirement&) = default;
};

// How an image stands to one requirement. Ordered: a larger value is nearer to a match.
enum class OsMatch {
  kOtherDistro = 0,  // also if the image's distro is not known
  kVersionUnknown,
  kOtherVersion,
  kTooNew,
  kTooOld,
  kMatch,
};

// Parses one alternative. Distro names may be written in any case and in common long forms
// ("RockyLinux"). Returns INVALID_ARGUMENT naming the text and the forms that are understood.
absl::StatusOr<OsRequirement> ParseOsRequirement(absl::string_view text);

// The shortest text that parses to `requirement`.
std::string FormatOsRequirement(const OsRequirement& requirement);

// `kIs` compares as far as the request goes: el:9 takes 9.4, el:9.4 does not take 9.2 nor a bare 9.
// `kSameLine` takes the whole release line: debian~12.5 takes 12.1, ubuntu~22.04 takes 22.04.4.
// Matching uses nothing of the image but its distro, version and codename.
OsMatch MatchOs(const OsRequirement& requirement, const Image& image);

// Whether `el` stands for the distro.
bool IsEnterpriseLinux(absl::string_view distro);

}  // namespace cis
