// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether the operating system of an image satisfies a requirement.

#include "absl/strings/string_view.h"
#include "schema/base/os_family.h"  // IsEnterpriseLinux
#include "schema/base/os_requirement.h"
#include "schema/model/records.h"

namespace cis::server {

// How well an image matches one requirement. Ordered: a larger value is a better match.
enum class OsMatch {
  kOtherDistro = 0,  // also if the image's distro is not known
  kVersionUnknown,
  kOtherVersion,
  kTooNew,
  kTooOld,
  kMatch,
};

// Returns how well `image` matches. `kIs` compares only the parts that the request names: el:9
// matches 9.4, el:9.4 matches neither 9.2 nor a bare 9. `kSameLine` matches the whole release line:
// debian~12.5 matches 12.1, ubuntu~22.04 matches 22.04.4. Nothing of the image is used but its
// distro, version and codename.
OsMatch MatchOs(const OsRequirement& requirement, const Image& image);

}  // namespace cis::server
