#pragma once

// Broken UTF-8, from sites and from requests: found, replaced, and never made by cutting.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace cis {

bool IsValidUtf8(absl::string_view text);

// `text` with every byte that is not of valid UTF-8 replaced by U+FFFD: a message of protobuf with
// one such byte cannot be read.
std::string ValidUtf8(absl::string_view text);

// JSON `text` in which each escaped half of a surrogate pair that stands alone ("\ud800") is
// replaced by "\ufffd": strict parsers refuse the whole text for one.
std::string PairedSurrogates(absl::string_view text);

// The longest prefix of `text` of at most `max_bytes` bytes that does not split a character.
absl::string_view CutUtf8(absl::string_view text, std::size_t max_bytes);

}  // namespace cis
