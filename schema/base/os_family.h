// SPDX-License-Identifier: Apache-2.0
#pragma once

// Families of operating systems, and how their releases are counted.

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// The distributions that `el` stands for in a requirement.
absl::Span<const absl::string_view> EnterpriseLinuxDistros();

// The ids of operating systems that `linux` does not stand for.
absl::Span<const absl::string_view> NotLinuxDistros();

bool IsEnterpriseLinux(absl::string_view distro);
bool IsLinux(absl::string_view distro);

// Returns the release line of a version: "22.04" of 22.04.4 for distributions whose releases have
// two numbers, else "12" of 12.5.
absl::string_view ReleaseLineOf(absl::string_view distro, absl::string_view version);

}  // namespace cis
