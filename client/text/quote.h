// SPDX-License-Identifier: Apache-2.0
#pragma once

// Quotes any text as one value of another language. The result never ends the value early, expands,
// or starts a command, whatever names a site uses. For a shell: schema/base/shell_quote.h.

#include <string>

#include "absl/strings/string_view.h"

namespace cis::client {

// Returns `text` as a string of HCL (Terraform), without interpolation.
std::string QuoteHcl(absl::string_view text);

// Returns `text` as a double-quoted YAML string, tagged `!unsafe` if Ansible would take a part of
// it for a Jinja template.
std::string QuoteAnsible(absl::string_view text);

}  // namespace cis::client
