// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text for terminals: display widths, cutting, and harmless forms of names from sites.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "schema/base/duration_text.h"  // FormatAge
#include "schema/base/time_text.h"      // FormatMinute
#include "schema/base/unicode.h"        // DisplayWidth

namespace cis::client {

// Returns `text` with everything that could act on a terminal or fake a line written as visible
// escapes: control characters (`\n`, `\x1b`), bidirectional and invisible format characters
// (`\u202e`), and bytes that are not UTF-8. A backslash is kept as it is.
std::string CleanText(absl::string_view text);

// Where a text is cut. kMiddle keeps what follows the last ` -> ` or ` (` if there is room for it.
enum class Cut { kEnd, kMiddle };

// Returns `text` in at most `width` columns; what is left out is marked by one `…`. Never cuts
// inside a character or between a character and its combining marks.
std::string Truncate(absl::string_view text, size_t width, Cut cut);

// Returns `text` followed by spaces up to `width` columns.
std::string PadRight(absl::string_view text, size_t width);
std::string PadLeft(absl::string_view text, size_t width);

// Returns an available size (memory) in GiB with at most one decimal, rounded down: 8191 MiB is
// `7.9`.
std::string FormatMibAsGib(int64_t mib);

// Returns a needed size (of files) likewise, rounded up: 2536308736 bytes are `2.4`.
std::string FormatBytesAsGib(int64_t bytes);

}  // namespace cis::client
