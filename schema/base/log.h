// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis {

enum class LogFormat { kText, kJson };
enum class LogLevel { kInfo, kWarning, kError };

// One named value of a log line.
struct LogField {
  template <typename T>
  LogField(absl::string_view k, const T& v)
      : key(k), value(absl::StrCat(v)), is_number(std::is_arithmetic_v<T>) {}
  LogField(absl::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  std::string key;
  std::string value;
  bool is_number = true;  // a number, true or false: not quoted in JSON
};

// Sets the format of later lines. Call once in `main`, before any thread starts.
void SetLogFormat(LogFormat format);

// Returns one event as a line, `2026-01-02T03:04:05Z info crawl.share site=CESGA vo=ops`, or as one
// JSON object, in which numbers are numbers. Values with spaces, quotes or control characters are
// quoted and escaped, so that a name from a site can never start a line of its own. Broken UTF-8
// becomes U+FFFD.
std::string FormatLogLine(LogFormat format, absl::string_view time, LogLevel level,
                          absl::string_view event, std::initializer_list<LogField> fields);

// Writes one event as one line to stderr. Safe to call from any thread.
void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace cis
