#pragma once

// Text of any content as one value of another language. What comes out never ends the value early,
// expands, or starts a command, whatever a site calls its things.

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// `text` as one word of a POSIX shell. Bytes other than NUL, which no command can be given, arrive
// unchanged.
std::string QuoteShell(absl::string_view text);

// `text` as a string of HCL (Terraform), without interpolation.
std::string QuoteHcl(absl::string_view text);

// `text` as a double-quoted YAML string, tagged `!unsafe` where Ansible would take a part of it for
// a Jinja template.
std::string QuoteAnsible(absl::string_view text);

}  // namespace cis
