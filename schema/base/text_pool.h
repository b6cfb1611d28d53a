// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "schema/base/shared_text.h"

namespace cis {

// Gives equal texts the same memory. A reader of many records makes one and drops it afterwards:
// the texts stay with the records.
class TextPool {
 public:
  SharedText Get(absl::string_view text) {
    if (text.size() <= SharedText::kMaxInline) return SharedText(text);
    const auto it = texts_.lazy_emplace(text, [&](const auto& make) { make(text); });
    return *it;
  }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(absl::string_view text) const { return absl::HashOf(text); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(absl::string_view a, absl::string_view b) const { return a == b; }
  };

  absl::flat_hash_set<SharedText, Hash, Equal> texts_;
};

}  // namespace cis
