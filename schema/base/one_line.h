#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// `text` with a space in place of each control character of ASCII, which would end a line or which
// a terminal would obey.
std::string OneLine(absl::string_view text);

}  // namespace cis
