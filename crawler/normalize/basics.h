// SPDX-License-Identifier: Apache-2.0
#pragma once

// What several files of this room need to know about texts and sizes.

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace cis::crawler {

// Names and the like are read up to here.
inline constexpr std::size_t kMaxTextBytes = 512;
// A message repeats a value up to here.
inline constexpr std::size_t kMaxShownBytes = 60;

inline constexpr int64_t kMibPerGib = 1024;

inline bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
inline bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

}  // namespace cis::crawler
