#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// `word` as one word of a POSIX shell, for scripts: as it is if nothing in it is special, otherwise
// in single quotes. Bytes other than NUL, which no command can be given, arrive unchanged.
std::string ShellQuote(absl::string_view word);

// The same for a command that is shown to a person: on one line (OneLine), and "KEY=VALUE" needs no
// quotes for its "=".
std::string ShellQuoteShown(absl::string_view word);

// ShellQuoteShown of a site's own word as a command's last argument: it must not be read as a flag.
std::string ShellOperandShown(absl::string_view word);

}  // namespace cis
