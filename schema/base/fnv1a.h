#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace cis {

inline constexpr uint64_t kFnv1aBasis = 14695981039346656037ULL;

// The 64-bit FNV-1a hash of `text` (draft-eastlake-fnv): the same on every server and for ever,
// unlike std::hash. Given the hash of what stands before `text`, it is that of both. Not for
// secrets.
constexpr uint64_t Fnv1a(absl::string_view text, uint64_t hash = kFnv1aBasis) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

}  // namespace cis
