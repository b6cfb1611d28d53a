#pragma once

// Text of any content as one value of another language. What comes out never ends the value early,
// expands, or starts a command, whatever a site calls its things.
// For a shell: schema/base/shell_quote.h.

#include <string>

#include "absl/strings/string_view.h"

namespace cis::client {

// `text` as a string of HCL (Terraform), without interpolation.
std::string QuoteHcl(absl::string_view text);

// `text` as a double-quoted YAML string, tagged `!unsafe` where Ansible would take a part of it for
// a Jinja template.
std::string QuoteAnsible(absl::string_view text);

}  // namespace cis::client
