// SPDX-License-Identifier: Apache-2.0
#include "client/cli/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace cis::client {
namespace {

std::string Show(const absl::StatusOr<Range>& range) {
  if (!range.ok()) return std::string(range.status().message());
  const auto bound = [](const std::optional<int64_t>& b) {
    return b.has_value() ? absl::StrCat(*b) : std::string();
  };
  return absl::StrCat(bound(range->min), "..", bound(range->max));
}

TEST(Quantity, CountsAreLeastOrRanges) {
  EXPECT_EQ(Show(ParseCountRange("4")), "4..");
  EXPECT_EQ(Show(ParseCountRange("2..8")), "2..8");
  EXPECT_EQ(Show(ParseCountRange("2..")), "2..");
  EXPECT_EQ(Show(ParseCountRange("..8")), "..8");
  EXPECT_EQ(Show(ParseCountRange("0..0")), "0..0");
  EXPECT_EQ(Show(ParseCountRange(" 4 ")), "4..");
}

TEST(Quantity, RefusesWhatIsNoCount) {
  for (const char* text : {"", "..", "x", "-1", "1.5", "4G", "1..2..3", "1...2", "4,", "1e3"}) {
    EXPECT_EQ(Show(ParseCountRange(text)),
              absl::StrCat("\"", text, "\" is not a number; write for example 4, 2..8 or 2.."));
  }
  EXPECT_EQ(Show(ParseCountRange("8..2")), "\"8..2\" is empty; write the smaller bound first");
}

TEST(Quantity, SizesAreInTheUnitsThatPeopleWrite) {
  for (const char* text : {"8", "8G", "8g", "8GB", "8GiB", "8 GiB", "8192M", "8192MiB"}) {
    EXPECT_EQ(Show(ParseSizeRangeMib(text)), "8192..") << text;
  }
  EXPECT_EQ(Show(ParseSizeRangeMib("512M")), "512..");
  EXPECT_EQ(Show(ParseSizeRangeMib("7.5G")), "7680..");
  EXPECT_EQ(Show(ParseSizeRangeMib("1T")), "1048576..");
  EXPECT_EQ(Show(ParseSizeRangeMib("4G..16G")), "4096..16384");
  EXPECT_EQ(Show(ParseSizeRangeMib("4..16")), "4096..16384");
  EXPECT_EQ(Show(ParseSizeRangeGib("20")), "20..");
  EXPECT_EQ(Show(ParseSizeRangeGib("2T")), "2048..");
}

TEST(Quantity, PartsAreRoundedSoThatTheBoundHolds) {
  EXPECT_EQ(Show(ParseSizeRangeMib("7.3G")), "7476..");  // 7475.2 MiB
  EXPECT_EQ(Show(ParseSizeRangeMib("..7.3G")), "..7475");
  EXPECT_EQ(Show(ParseSizeRangeMib("1K")), "1..");
  EXPECT_EQ(Show(ParseSizeRangeGib("500M")), "1..");
  EXPECT_EQ(Show(ParseSizeRangeGib("..1500M")), "..1");
}

TEST(Quantity, RefusesWhatIsNoSize) {
  for (const char* text : {"8Q", "G", "8GG", "8Gi B", "eight", "-8G", "8G..x", "1.2.3G", "8KG",
                           "99999999999999999999G", "nan", "0x8"}) {
    EXPECT_EQ(Show(ParseSizeRangeMib(text)),
              absl::StrCat("\"", text, "\" is not a size; write for example 8G, 512M or 4G..16G"));
  }
}

TEST(Quantity, TimesAreAgesWithOrWithoutAgoInstantsAndDates) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const auto time_of = [now](absl::string_view text) -> absl::StatusOr<absl::Time> {
    const absl::StatusOr<Moment> moment = ParseMoment(text);
    if (!moment.ok()) return moment.status();
    return TimeOf(*moment, now);
  };
  EXPECT_EQ(*time_of("3d"), now - absl::Hours(72));
  EXPECT_EQ(*time_of("3d ago"), now - absl::Hours(72));
  EXPECT_EQ(*time_of(" 1d12h  ago "), now - absl::Hours(36));
  EXPECT_EQ(*time_of("2026-01-02"), absl::FromUnixSeconds(1767312000));
  EXPECT_EQ(*time_of("2026-01-02T01:00:00+01:00"), absl::FromUnixSeconds(1767312000));
  for (const char* text : {"", "ago", " ago", "3 ago", "3dago", "ago 3d", "2026-01-02 ago",
                           "yesterday", "3d ago ago"}) {
    EXPECT_EQ(time_of(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace cis::client
