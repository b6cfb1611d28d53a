#pragma once

// Whether the operating system of an image satisfies a requirement.

#include "absl/strings/string_view.h"
#include "schema/base/os_requirement.h"
#include "schema/model/records.h"

namespace cis::server {

// How an image stands to one requirement. Ordered: a larger value is nearer to a match.
enum class OsMatch {
  kOtherDistro = 0,  // also if the image's distro is not known
  kVersionUnknown,
  kOtherVersion,
  kTooNew,
  kTooOld,
  kMatch,
};

// `kIs` compares as far as the request goes: el:9 takes 9.4, el:9.4 does not take 9.2 nor a bare 9.
// `kSameLine` takes the whole release line: debian~12.5 takes 12.1, ubuntu~22.04 takes 22.04.4.
// Matching uses nothing of the image but its distro, version and codename.
OsMatch MatchOs(const OsRequirement& requirement, const Image& image);

// Whether `el` stands for the distro.
bool IsEnterpriseLinux(absl::string_view distro);

}  // namespace cis::server
