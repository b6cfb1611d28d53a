// SPDX-License-Identifier: Apache-2.0
#include "schema/base/duration_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cis {
namespace {

using ::testing::HasSubstr;

TEST(ParseDurationText, TakesAmountsWithUnits) {
  const std::pair<const char*, absl::Duration> cases[] = {
      {"90s", absl::Seconds(90)},       {"30m", absl::Minutes(30)},
      {"26h", absl::Hours(26)},         {"14d", absl::Hours(14 * 24)},
      {"2w", absl::Hours(14 * 24)},     {"500ms", absl::Milliseconds(500)},
      {"3us", absl::Microseconds(3)},   {"7ns", absl::Nanoseconds(7)},
      {"1.5h", absl::Minutes(90)},      {"1.5d", absl::Hours(36)},
      {".5s", absl::Milliseconds(500)}, {"0.7s", absl::Milliseconds(700)},
      {"0s", absl::ZeroDuration()},     {"99999d", absl::Hours(24 * 99999)},
      {"100000d", kMaxDuration},
  };
  for (const auto& [text, expected] : cases) {
    const auto got = ParseDurationText(text);
    ASSERT_TRUE(got.ok()) << text << ": " << got.status();
    EXPECT_EQ(*got, expected) << text;
  }
}

// Each program took some of these before there was one grammar.
TEST(ParseDurationText, TakesSumsInAnyOrder) {
  for (const char* text : {"1d12h30m", "1d+12h+30m", "12h30m1d", "1d 12h 30m", "36.5h", "+36h30m",
                           " 1d12h1800s ", "1d12h29m60s"}) {
    const auto got = ParseDurationText(text);
    ASSERT_TRUE(got.ok()) << text << ": " << got.status();
    EXPECT_EQ(*got, absl::Hours(36) + absl::Minutes(30)) << text;
  }
}

TEST(ParseDurationText, RefusesEverythingElse) {
  for (const char* text :
       {"",     " ",   "0",     "7",  "10",   "s",   "d",         "-1h", "1d-2d", "1d1", "8Q",
        "soon", "inf", "1..5h", ".s", "1e3s", "1 h", "5 minutes", "7D",  "++1h",  "1h+"}) {
    const auto got = ParseDurationText(text);
    EXPECT_FALSE(got.ok()) << text << " is " << *got;
  }
  EXPECT_EQ(ParseDurationText("7").status().message(),
            "\"7\" is not a duration; write for example 90s, 30m, 26h, 14d or 1d12h");
}

TEST(ParseDurationText, RefusesWhatIsTooLong) {
  for (const char* text : {"100001d", "99999999d", "100000d1ns", "99999999999999999999h", "1e9d"}) {
    EXPECT_FALSE(ParseDurationText(text).ok()) << text;
  }
  EXPECT_THAT(std::string(ParseDurationText("100001d").status().message()),
              HasSubstr("\"100001d\" is more than 100000d"));
}

TEST(ParsePositiveDuration, RefusesZero) {
  EXPECT_EQ(*ParsePositiveDuration("1ms"), absl::Milliseconds(1));
  for (const char* text : {"0s", "0d0h", "x"}) {
    EXPECT_FALSE(ParsePositiveDuration(text).ok()) << text;
  }
  EXPECT_THAT(std::string(ParsePositiveDuration("0s").status().message()),
              HasSubstr("\"0s\" is not more than 0; write"));
}

TEST(FormatDurationText, IsExactAndReadBack) {
  const std::pair<absl::Duration, const char*> cases[] = {
      {absl::ZeroDuration(), "0"},   {absl::Milliseconds(500), "500ms"},
      {absl::Seconds(90), "1m30s"},  {absl::Minutes(90), "1h30m"},
      {absl::Hours(26), "26h"},      {absl::Hours(24), "1d"},
      {absl::Hours(24 * 14), "14d"}, {absl::Hours(24) + absl::Nanoseconds(1), "24h0.000000001s"},
      {kMaxDuration, "100000d"},
  };
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(FormatDurationText(duration), text);
    if (duration == absl::ZeroDuration()) continue;
    const auto back = ParseDurationText(text);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, duration);
  }
}

TEST(FormatAge, ShowsTheLargestUnit) {
  const std::pair<absl::Duration, const char*> cases[] = {
      {absl::Milliseconds(900), "0 s"},   {absl::Seconds(45), "45 s"},
      {absl::Seconds(89), "89 s"},        {absl::Seconds(90), "1 min"},
      {absl::Minutes(89), "89 min"},      {absl::Minutes(90), "1 h"},
      {absl::Hours(26), "26 h"},          {absl::Hours(47), "47 h"},
      {absl::Hours(48), "2 d"},           {absl::Hours(24 * 400), "400 d"},
      {-absl::Hours(1), "0 s"},           {absl::InfiniteDuration(), "never"},
      {-absl::InfiniteDuration(), "0 s"},
  };
  for (const auto& [age, text] : cases) EXPECT_EQ(FormatAge(age), text);
}

}  // namespace
}  // namespace cis
