#pragma once

// Words of the search that are enums in the API, in the order of their values; the first stands for
// UNSPECIFIED.

#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace cis {

inline constexpr std::array<absl::string_view, 4> kGpuKinds{"", "passthrough", "vgpu", "mig"};
inline constexpr std::array<absl::string_view, 4> kCpuAllocations{"", "dedicated", "shared",
                                                                  "oversubscribed"};

// Returns the number of the value that stands for `word`; 0 if none does.
template <size_t kSize>
int NumberOfWord(const std::array<absl::string_view, kSize>& words, absl::string_view word) {
  for (size_t i = 0; i < kSize; ++i) {
    if (words[i] == word) return static_cast<int>(i);
  }
  return 0;
}

}  // namespace cis
