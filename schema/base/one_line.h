// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// Returns `text` with a space in place of each ASCII control character, which would end a line or
// be interpreted by a terminal.
std::string OneLine(absl::string_view text);

}  // namespace cis
