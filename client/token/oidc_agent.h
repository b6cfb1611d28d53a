// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::client {

// The longest answer of oidc-agent that is read.
inline constexpr size_t kMaxAgentReplyBytes = size_t{64} << 10;

// Asks oidc-agent, at the Unix socket `socket_path`, for an access token of `account` that is valid
// for another minute. Returns FAILED_PRECONDITION if the path is empty, UNAVAILABLE if no agent
// answers there, DEADLINE_EXCEEDED after `timeout`, NOT_FOUND with the agent's words if it has no
// token, and INTERNAL if its answer is not understood.
absl::StatusOr<std::string> RequestAgentToken(const std::string& socket_path,
                                              const std::string& account, absl::Duration timeout);

// Reads the agent's answer: the token, or the errors NOT_FOUND and INTERNAL of RequestAgentToken.
absl::StatusOr<std::string> ParseAgentReply(absl::string_view reply, absl::string_view account);

}  // namespace cis::client
