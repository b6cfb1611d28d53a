// SPDX-License-Identifier: Apache-2.0
#include "schema/base/log.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "schema/base/utf8.h"

namespace cis {
namespace {

// Written once by `main` before other threads exist.
LogFormat g_format = LogFormat::kText;

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

std::string QuoteValue(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

bool NeedsQuotes(absl::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '\\' || c == '=' ||
                  c == 0x7f;
         });
}

std::string JsonLine(absl::string_view time, LogLevel level, absl::string_view event,
                     std::initializer_list<LogField> fields) {
  using Json = nlohmann::ordered_json;
  Json line = {{"time", std::string(time)},
               {"level", std::string(LevelName(level))},
               {"event", std::string(event)}};
  for (const LogField& f : fields) {
    // JSON has no numbers "inf" and "nan".
    const Json number = f.is_number ? Json::parse(f.value, nullptr, false) : Json();
    line[f.key] = number.is_number() || number.is_boolean() ? number : Json(f.value);
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void SetLogFormat(LogFormat format) { g_format = format; }

std::string FormatLogLine(LogFormat format, absl::string_view time, LogLevel level,
                          absl::string_view event, std::initializer_list<LogField> fields) {
  if (format == LogFormat::kJson) return JsonLine(time, level, event, fields);
  std::string line = absl::StrCat(time, " ", LevelName(level), " ", event);
  for (const LogField& f : fields) {
    const std::string value = ValidUtf8(f.value);
    absl::StrAppend(&line, " ", f.key, "=", NeedsQuotes(value) ? QuoteValue(value) : value);
  }
  return line;
}

void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields) {
  const std::string time =
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  const std::string line = FormatLogLine(g_format, time, level, event, fields) + "\n";
  // Nowhere left to report a failed write.
  static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
}

}  // namespace cis
