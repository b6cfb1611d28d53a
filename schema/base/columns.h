// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text in columns of a terminal or a mail: cut and wrapped.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis {

// Returns `text` in at most `width` columns; what is left out at the end is replaced by `mark`.
// Never cuts inside a cluster (schema/base/unicode.h). Empty if there is no room for `mark`.
std::string CutToColumns(absl::string_view text, size_t width, absl::string_view mark);

// Returns the words of `text` in lines of at most `width` columns; lines after the first begin with
// `indent` spaces. A longer word has its own line.
std::vector<std::string> WrapText(absl::string_view text, size_t width, size_t indent);

}  // namespace cis
