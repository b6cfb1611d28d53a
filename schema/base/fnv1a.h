// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace cis {

inline constexpr uint64_t kFnv1aBasis = 14695981039346656037ULL;

// Returns the 64-bit FNV-1a hash of `text` (draft-eastlake-fnv). Unlike std::hash, it is the same
// on every server and in every version. To continue a hash, pass the hash of the preceding text as
// `hash`. Not for secrets.
constexpr uint64_t Fnv1a(absl::string_view text, uint64_t hash = kFnv1aBasis) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

}  // namespace cis
