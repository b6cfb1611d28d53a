#pragma once

// Comparisons of names, ASCII only.

#include "absl/strings/string_view.h"

namespace cis {

// Whether `text` holds `part`, any case.
bool ContainsIgnoreCase(absl::string_view text, absl::string_view part);

}  // namespace cis
