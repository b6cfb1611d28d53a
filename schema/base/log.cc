#include "schema/base/log.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

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

std::string Quote(absl::string_view text) {
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

}  // namespace

void SetLogFormat(LogFormat format) { g_format = format; }

std::string FormatLogLine(LogFormat format, absl::string_view time, LogLevel level,
                          absl::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  if (format == LogFormat::kJson) {
    line = absl::StrCat("{\"time\":", Quote(time), ",\"level\":", Quote(LevelName(level)),
                        ",\"event\":", Quote(event));
    for (const LogField& f : fields) absl::StrAppend(&line, ",", Quote(f.key), ":", Quote(f.value));
    return line + "}";
  }
  line = absl::StrCat(time, " ", LevelName(level), " ", event);
  for (const LogField& f : fields) {
    absl::StrAppend(&line, " ", f.key, "=", NeedsQuotes(f.value) ? Quote(f.value) : f.value);
  }
  return line;
}

void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields) {
  const std::string time =
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  const std::string line = FormatLogLine(g_format, time, level, event, fields) + "\n";
  // Whoever cannot write to its standard error has nowhere to tell it.
  static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
}

}  // namespace cis
