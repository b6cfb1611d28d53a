#pragma once

#include "absl/strings/string_view.h"

namespace cis {

// The id of the distribution that people mean by a longer or older word: "alma" -> "almalinux".
// `word` in lower case; returned as it is if it is no such word.
absl::string_view DistroOfAlias(absl::string_view word);

}  // namespace cis
