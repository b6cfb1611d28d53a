// SPDX-License-Identifier: Apache-2.0
#pragma once

// How versions of operating systems compare. A version is written as a person would: "22.04",
// "9.4", "15.6", "2012R2", "sid".

#include "absl/strings/string_view.h"

namespace cis {

// Returns a value less than, equal to or greater than zero if `a` is older than, the same as or
// newer than `b` among the releases of `distro` (lower-case id; empty for the plain rule). Numbers
// compare as numbers, and missing ones are zero: 9 == 9.0 < 9.4 < 10. openSUSE 42.x is older than
// 15.x; Windows 2012 < 2012R2 < 2016; rolling releases (sid, testing, rawhide, tumbleweed, rolling)
// are newer than any number. An empty version is older than all.
int CompareOsVersions(absl::string_view distro, absl::string_view a, absl::string_view b);

// Returns true if `version` is `line` or a point release of it: 12.5 is of line 12, 22.04.4 of
// 22.04, 9.4 of 9; 22.04 is not of line 2.
bool IsOfReleaseLine(absl::string_view version, absl::string_view line);

}  // namespace cis
