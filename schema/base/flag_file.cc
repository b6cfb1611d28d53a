// SPDX-License-Identifier: Apache-2.0
#include "schema/base/flag_file.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

constexpr size_t kMaxFlagFileBytes = 1 << 20;

// Returns `line` without its comment.
absl::string_view WithoutComment(absl::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    const bool starts_word = i == 0 || absl::ascii_isspace(static_cast<unsigned char>(line[i - 1]));
    if (line[i] == '#' && starts_word) return line.substr(0, i);
  }
  return line;
}

absl::string_view Unquoted(absl::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

bool IsFlagName(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseFlagFile(absl::string_view file,
                                                       absl::string_view text) {
  std::vector<std::string> flags;
  int line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(WithoutComment(line));
    if (line.empty()) continue;
    absl::ConsumePrefix(&line, "--");
    const size_t equals = line.find('=');
    const absl::string_view name = absl::StripAsciiWhitespace(line.substr(0, equals));
    // A file does not name a further one.
    if (!IsFlagName(name) || name == "config") {
      return absl::InvalidArgumentError(absl::StrCat(
          file, ":", line_number, ": \"", line,
          "\" is not a flag; each line must be `flag = value`, `flag` or a # comment"));
    }
    if (equals == absl::string_view::npos) {
      flags.push_back(absl::StrCat("--", name));
    } else {
      const absl::string_view value = absl::StripAsciiWhitespace(line.substr(equals + 1));
      flags.push_back(absl::StrCat("--", name, "=", Unquoted(value)));
    }
  }
  return flags;
}

absl::StatusOr<std::vector<std::string>> ReadFlagFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path, kMaxFlagFileBytes);
  if (!text.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--config: ", text.status().message()));
  }
  return ParseFlagFile(path, *text);
}

}  // namespace cis
