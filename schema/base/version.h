// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace cis {

// The version of all programs of this build, "0.2.0".
absl::string_view Version();

}  // namespace cis
