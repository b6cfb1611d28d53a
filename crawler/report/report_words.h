// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words that the crawler's reports share.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/records.h"

namespace cis::crawler {

// "2026-11-29 02:17", UTC.
std::string FormatReportMinute(absl::Time time);

// "1 share", "3 shares".
std::string CountOf(int64_t count, absl::string_view noun);

// Returns `text` as one line of at most `width` columns, with "..." at the end if it was cut.
std::string FitLine(absl::string_view text, size_t width);

// Returns `text` as at most `max_lines` lines of `width` columns, broken at spaces. A longer word,
// and what is left for the last line, are cut as FitLine does.
std::vector<std::string> WrapLines(absl::string_view text, size_t width, size_t max_lines);

// Returns whether a remark of a kind (KindState::remarks) says that the site does not offer a
// listing or refuses it, which is not a failure of the site.
bool IsRefusal(absl::string_view remark);

// Returns what an operator can do about failures of this class: one sentence of at most 60 bytes.
// Empty for kNone.
absl::string_view AdviceFor(ErrorClass error);

}  // namespace cis::crawler
