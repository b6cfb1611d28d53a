// SPDX-License-Identifier: Apache-2.0
#pragma once

// Broken UTF-8 in text from sites and from requests: it is found and replaced, and cutting a text
// never creates it.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace cis {

bool IsValidUtf8(absl::string_view text);

// Returns `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD: a protobuf
// message with one such byte cannot be parsed.
std::string ValidUtf8(absl::string_view text);

// Returns JSON `text` in which each unpaired half of an escaped surrogate pair ("\ud800") is
// replaced by "\ufffd": strict parsers reject a whole document because of one.
std::string PairedSurrogates(absl::string_view text);

// Returns the longest prefix of `text` of at most `max_bytes` bytes that does not split a
// character.
absl::string_view CutUtf8(absl::string_view text, std::size_t max_bytes);

}  // namespace cis
