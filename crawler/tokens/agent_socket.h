// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::crawler {

// Sends one JSON request to the agent that listens at the unix socket `path`, and reads its JSON
// answer. Blocks for at most `timeout`. Error messages contain nothing of what was sent or read.
// Returns NOT_FOUND or UNAVAILABLE (class connect) if no agent listens there, DEADLINE_EXCEEDED,
// RESOURCE_EXHAUSTED for an answer that is too long, DATA_LOSS for a truncated answer.
absl::StatusOr<std::string> AskAgent(const std::string& path, absl::string_view request,
                                     absl::Duration timeout);

}  // namespace cis::crawler
