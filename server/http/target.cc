// SPDX-License-Identifier: Apache-2.0
#include "server/http/target.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "schema/base/utf8.h"

namespace cis::server {
namespace {

bool IsTargetByte(char c) { return absl::ascii_isgraph(c) && c != '#' && c != '\\'; }

int HexValue(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Returns nullopt for an escape that is broken or that stands for a byte that no segment may have.
std::optional<std::string> Decode(absl::string_view segment) {
  std::string text;
  for (size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      text.push_back(segment[i]);
      continue;
    }
    if (i + 2 >= segment.size()) return std::nullopt;
    const int high = HexValue(segment[i + 1]);
    const int low = HexValue(segment[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    const char byte = static_cast<char>(high * 16 + low);
    if (absl::ascii_iscntrl(byte) || byte == '/' || byte == '\\') return std::nullopt;
    text.push_back(byte);
    i += 2;
  }
  return text;
}

}  // namespace

absl::StatusOr<Target> ParseTarget(absl::string_view target) {
  if (target.empty() || target.front() != '/') {
    return absl::InvalidArgumentError("the target must be a path that begins with a slash");
  }
  if (!std::all_of(target.begin(), target.end(), IsTargetByte)) {
    return absl::InvalidArgumentError("the target has a character that must be escaped");
  }
  Target result;
  const size_t question = target.find('?');
  if (question != absl::string_view::npos) result.query = std::string(target.substr(question + 1));
  absl::string_view rest = target.substr(0, question);
  rest.remove_prefix(1);
  const std::vector<absl::string_view> segments = absl::StrSplit(rest, '/');
  for (size_t i = 0; i < segments.size(); ++i) {
    const std::optional<std::string> segment = Decode(segments[i]);
    if (!segment.has_value()) {
      return absl::InvalidArgumentError(
          "the path has an escape that is broken, or that stands for a slash, a backslash or a "
          "control character");
    }
    const bool is_empty_inside = segment->empty() && i + 1 < segments.size();
    if (is_empty_inside || *segment == "." || *segment == "..") {
      return absl::InvalidArgumentError("the path has a segment that is empty, \".\" or \"..\"");
    }
    result.path.push_back('/');
    result.path.append(*segment);
  }
  if (!IsValidUtf8(result.path)) {
    return absl::InvalidArgumentError("the path is not UTF-8");
  }
  return result;
}

}  // namespace cis::server
