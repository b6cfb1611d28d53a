// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/json_bounds.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"

namespace cis::crawler {
namespace {

// Returns the position of the closing quote of the text that begins at `i`; the end of `body` if it
// has none.
size_t EndOfText(absl::string_view body, size_t i) {
  while (i < body.size() && body[i] != '"') i += body[i] == '\\' ? 2 : 1;
  return i;
}

}  // namespace

absl::Status CheckJsonBounds(absl::string_view body) {
  const absl::string_view start = absl::StripLeadingAsciiWhitespace(body);
  if (start.empty() || (start.front() != '{' && start.front() != '[')) return absl::OkStatus();
  int depth = 0;
  int64_t value_count = 0;  // a comma, a bracket or a brace stands before or in each value
  for (size_t i = 0; i < start.size(); ++i) {
    const char c = start[i];
    switch (c) {
      case '"':
        i = EndOfText(start, i + 1);
        break;
      case '{':
      case '[':
        ++value_count;
        if (++depth > kMaxJsonDepth) {
          return MakeSourceLimitError(
              ErrorClass::kLimit, Limit::kJsonDepth,
              absl::StrCat("the answer's JSON is nested deeper than ", kMaxJsonDepth,
                           " levels, the limit (json-depth)"));
        }
        break;
      case '}':
      case ']':
        --depth;
        break;
      case ',':
        ++value_count;
        break;
      default:
        break;
    }
    if (value_count > kMaxJsonValues) {
      return MakeSourceLimitError(ErrorClass::kLimit, Limit::kJsonValues,
                                  absl::StrCat("the answer's JSON has more than ", kMaxJsonValues,
                                               " values, the limit (json-values)"));
    }
  }
  return absl::OkStatus();
}

}  // namespace cis::crawler
