// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace cis {

// Returns the id of the distribution that is meant by a longer or older word: "almalinux" for
// "alma". `word` must be in lower case; it is returned unchanged if it is not such a word.
absl::string_view DistroOfAlias(absl::string_view word);

}  // namespace cis
