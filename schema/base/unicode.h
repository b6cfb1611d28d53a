// SPDX-License-Identifier: Apache-2.0
#pragma once

// Characters of Unicode: how they are decoded, and how much room a terminal gives them.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis {

struct Utf8Character {
  uint32_t code = 0;  // if not valid: the byte
  size_t size = 1;    // bytes
  bool valid = false;
};

// Returns the character that `text`, not empty, begins with. A byte that no valid UTF-8 begins with
// is a character that is not valid.
Utf8Character FirstCharacter(absl::string_view text);

// Whether a terminal draws nothing for the character, or draws others differently because of it:
// control characters, separators of lines, format characters such as bidirectional overrides, and
// blank fillers. Marks on a letter and variation selectors are not invisible.
bool IsInvisible(uint32_t code);

// What a terminal draws in one place: a character with its marks, or the characters of one emoji.
struct Cluster {
  absl::string_view text;
  size_t width;  // columns
};

// Returns the clusters of `text`, in which nothing is invisible. A byte that is not UTF-8 counts as
// one column.
std::vector<Cluster> SplitClusters(absl::string_view text);

// Returns the number of columns of `text`: 0 for marks and what else has no width, 2 for wide East
// Asian characters and emoji, else 1.
size_t DisplayWidth(absl::string_view text);

}  // namespace cis
