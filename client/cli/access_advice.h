// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis::client {

// What a server reported about a call that it refused.
struct Refusal {
  absl::string_view reason;        // "TOKEN_REFUSED"
  absl::string_view code;          // why it refused the token: "TOKEN_EXPIRED"; may be empty
  absl::string_view token_source;  // BearerToken::source; empty = no token was sent
};

// Returns what the user can do about it, as a sentence; nothing if the refusal is not about who the
// user is.
std::string AccessAdvice(const Refusal& refusal);

}  // namespace cis::client
