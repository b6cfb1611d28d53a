// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/policy/policy.h"

namespace cis::server {

// Policies are written by people: a larger file is a wrong file.
inline constexpr size_t kMaxPolicyBytes = size_t{1} << 20;

// Reads a policy, and the key of digests that it names. Returns NOT_FOUND if a file cannot be read,
// INVALID_ARGUMENT with one line per error, "FILE:LINE: KEY ...; what would be right", otherwise.
absl::StatusOr<Policy> ReadPolicy(const std::string& path);

// The same for the content of a file, but for the key. `file` is its name in messages.
absl::StatusOr<Policy> ParsePolicy(absl::string_view file, const std::string& text);

}  // namespace cis::server
