// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::client {

// The longest token that a server accepts.
inline constexpr size_t kMaxTokenBytes = size_t{16} << 10;

// A token of an OIDC issuer. `value` must not be in any message.
struct BearerToken {
  std::string value;
  std::string source;  // for messages: "the token of OIDC_ACCESS_TOKEN"
};

// What the user gave; empty = not given.
struct TokenSources {
  std::string file;           // a path; "-" is stdin
  std::string text;           // the token itself, from OIDC_ACCESS_TOKEN
  std::string agent_account;  // an account of oidc-agent
  std::string agent_socket;   // the Unix socket of oidc-agent, from OIDC_SOCK
};

// Returns `text` without the white space around it. Returns INVALID_ARGUMENT if the rest cannot be
// a token: empty, longer than kMaxTokenBytes, or with anything but printable ASCII. The message
// names `source` and does not contain the text.
absl::StatusOr<std::string> ParseToken(absl::string_view text, absl::string_view source);

// Reads the first source that was given, in the order of TokenSources; nothing if none was. Returns
// the errors of ParseToken and RequestAgentToken, NOT_FOUND if the file cannot be read, and
// PERMISSION_DENIED if it belongs to the user and others may read it.
absl::StatusOr<std::optional<BearerToken>> ReadToken(const TokenSources& sources,
                                                     absl::Duration agent_timeout);

}  // namespace cis::client
