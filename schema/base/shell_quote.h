// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// Returns `word` as one word of a POSIX shell, for scripts: unchanged if it has no special
// characters, otherwise in single quotes. All bytes are preserved but NUL, which an argument cannot
// hold.
std::string ShellQuote(absl::string_view word);

// The same for a command that is shown to a person: on one line (OneLine), and "KEY=VALUE" is not
// quoted for its "=" alone.
std::string ShellQuoteShown(absl::string_view word);

// ShellQuoteShown for a site's own word as the last argument of a command: it must not be read as a
// flag.
std::string ShellOperandShown(absl::string_view word);

}  // namespace cis
