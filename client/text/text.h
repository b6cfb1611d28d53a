#pragma once

// Text for terminals: real widths, cuts, and names from sites made harmless.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/time_text.h"  // FormatMinute

namespace cis::client {

// `text` with everything that could act on a terminal or fake a line written as visible escapes:
// control characters (`\n`, `\x1b`), bidirectional and invisible format characters (`\u202e`), and
// bytes that are not UTF-8. A backslash stays as it is.
std::string CleanText(absl::string_view text);

// Columns that clean UTF-8 text fills: 0 for combining marks, 2 for wide East Asian characters and
// emoji, else 1.
size_t DisplayWidth(absl::string_view text);

// Where text is cut. kMiddle keeps what follows the last ` -> ` or ` (` if there is room for it.
enum class Cut { kEnd, kMiddle };

// `text` in at most `width` columns; what is left out is marked by one `…`. Never cuts inside a
// character or between a character and its combining marks.
std::string Truncate(absl::string_view text, size_t width, Cut cut);

// `text` and spaces up to `width` columns.
std::string PadRight(absl::string_view text, size_t width);
std::string PadLeft(absl::string_view text, size_t width);

// A duration in its greatest whole unit: `45 s`, `12 min`, `3 h`, `9 d`. Negative counts as 0.
std::string FormatAge(absl::Duration age);

// What there is (memory), in GiB with at most one digit after the point, never more than there is:
// 8191 MiB is `7.9`.
std::string FormatMibAsGib(int64_t mib);

// What is needed (sizes of files), likewise but never less: 2536308736 bytes are `2.4`.
std::string FormatBytesAsGib(int64_t bytes);

}  // namespace cis::client
