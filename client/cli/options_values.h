// SPDX-License-Identifier: Apache-2.0
#pragma once

// Parses the values of flags. Each function returns INVALID_ARGUMENT with one sentence that names
// the value and a right one.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::client {

// Any number that fits; the server checks its range.
absl::StatusOr<int32_t> ParseInt32(absl::string_view text);

// Rows, 0 = all.
absl::StatusOr<int64_t> ParseLimit(absl::string_view text);

// Which placement, from 1.
absl::StatusOr<int64_t> ParsePick(absl::string_view text);

// `fit=0.5,network=0.5`; the server checks the bounds.
absl::StatusOr<std::vector<std::pair<std::string, double>>> ParseWeights(absl::string_view text);

// `floating-pool`, `direct`, `tenant` or `none`.
absl::StatusOr<std::string> ParseUsableAs(absl::string_view text);

}  // namespace cis::client
