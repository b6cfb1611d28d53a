#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// `word` as one word of a POSIX shell on one line: as it is if nothing in it is special, otherwise
// in single quotes. Control characters, which a terminal would obey, become spaces.
std::string ShellQuote(absl::string_view word);

}  // namespace cis
