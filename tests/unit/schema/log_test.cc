// SPDX-License-Identifier: Apache-2.0
#include "schema/base/log.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "schema/base/utf8.h"

namespace cis {
namespace {

constexpr char kTime[] = "2026-01-02T03:04:05.000Z";

TEST(Log, TextLineNamesItsValues) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "crawl.share",
                          {{"site", "CESGA"}, {"count", 3}}),
            "2026-01-02T03:04:05.000Z info crawl.share site=CESGA count=3");
}

TEST(Log, JsonLineIsOneObject) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kError, "crawl.end",
                          {{"message", "say \"no\""}}),
            R"({"time":"2026-01-02T03:04:05.000Z","level":"error","event":"crawl.end",)"
            R"("message":"say \"no\""})");
}

TEST(Log, JsonNumbersAndTruthsAreNotQuoted) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "e",
                          {{"count", 3},
                           {"big", int64_t{9007199254740993}},
                           {"below", -1},
                           {"seconds", 0.25},
                           {"done", true},
                           {"nothing", std::numeric_limits<double>::quiet_NaN()},
                           {"version", "12"}}),
            R"({"time":"2026-01-02T03:04:05.000Z","level":"info","event":"e","count":3,)"
            R"("big":9007199254740993,"below":-1,"seconds":0.25,"done":true,"nothing":"nan",)"
            R"("version":"12"})");
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "e", {{"done", false}}),
            "2026-01-02T03:04:05.000Z info e done=false");
}

TEST(Log, BrokenUtf8IsReplaced) {
  const std::string broken =
      "a\xff"
      "b\xc3";
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string line = FormatLogLine(format, kTime, LogLevel::kInfo, "e", {{"name", broken}});
    EXPECT_TRUE(IsValidUtf8(line)) << line;
    EXPECT_NE(line.find("a\xEF\xBF\xBD"
                        "b\xEF\xBF\xBD"),
              std::string::npos)
        << line;
  }
}

TEST(Log, ValueOfASiteCannotStartALineOrAField) {
  const std::string hostile = "x\n2026 error forged=1\r\x1b[31m \"";
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string line =
        FormatLogLine(format, kTime, LogLevel::kWarning, "e", {{"name", hostile}});
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
  }
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "e",
                          {{"a", "b=c"}, {"empty", ""}, {"tab", "\t"}, {"back", "\\"}}),
            "2026-01-02T03:04:05.000Z info e a=\"b=c\" empty=\"\" tab=\"\\t\" back=\"\\\\\"");
}

}  // namespace
}  // namespace cis
