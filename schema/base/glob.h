#pragma once

#include "absl/strings/string_view.h"

namespace cis {

// Whether `text` matches `pattern`, where `*` is any text and `?` any byte; all else is itself,
// brackets too.
bool MatchesGlob(absl::string_view pattern, absl::string_view text);

}  // namespace cis
