// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::server {

// Returns INVALID_ARGUMENT "at byte OFFSET: WHY", which also carries the offset for programs.
absl::Status QueryErrorAt(size_t offset, absl::string_view why);

// Returns the offset that QueryErrorAt was given; absent for other errors.
std::optional<size_t> QueryErrorOffset(const absl::Status& status);

}  // namespace cis::server
