// SPDX-License-Identifier: Apache-2.0
#include "schema/base/duration_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "schema/base/status_macros.h"
#include "schema/base/utf8.h"

namespace cis {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// Keeps errors readable.
constexpr size_t kMaxShownBytes = 60;

constexpr absl::string_view kDurationForms = "write for example 90s, 30m, 26h, 14d or 1d12h";

struct Unit {
  absl::string_view name;
  absl::string_view abseil_name;
  int64_t factor;
};

// Abseil has no days and no weeks.
constexpr Unit kUnits[] = {{"ns", "ns", 1}, {"us", "us", 1}, {"ms", "ms", 1}, {"s", "s", 1},
                           {"m", "m", 1},   {"h", "h", 1},   {"d", "h", 24},  {"w", "h", 7 * 24}};

bool IsOfNumber(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.'; }
bool IsOfUnit(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }

// Removes the longest beginning of `text` whose bytes all satisfy `is_part`, and returns it.
absl::string_view Take(bool (*is_part)(char), absl::string_view* text) {
  const auto size =
      static_cast<size_t>(std::find_if_not(text->begin(), text->end(), is_part) - text->begin());
  const absl::string_view taken = text->substr(0, size);
  text->remove_prefix(size);
  return taken;
}

// Removes an amount such as `1.5h` from the front of `text`.
std::optional<absl::Duration> TakeAmount(absl::string_view* text) {
  absl::ConsumePrefix(text, "+");
  const absl::string_view number = Take(IsOfNumber, text);
  const absl::string_view name = Take(IsOfUnit, text);
  const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                  [&](const Unit& u) { return u.name == name; });
  absl::Duration amount;
  if (unit == std::end(kUnits) || number.empty() ||
      !absl::ParseDuration(absl::StrCat(number, unit->abseil_name), &amount)) {
    return std::nullopt;
  }
  return amount * unit->factor;
}

absl::Status NotADuration(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", CutUtf8(text, kMaxShownBytes), "\" is ", what, "; ", kDurationForms));
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDurationText(absl::string_view text) {
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  absl::Duration sum;
  do {
    const std::optional<absl::Duration> amount = TakeAmount(&rest);
    if (!amount.has_value()) return NotADuration(text, "not a duration");
    sum += *amount;
    rest = absl::StripLeadingAsciiWhitespace(rest);
  } while (!rest.empty());
  if (sum > kMaxDuration) {
    return NotADuration(text, absl::StrCat("more than ", FormatDurationText(kMaxDuration)));
  }
  return sum;
}

absl::StatusOr<absl::Duration> ParsePositiveDuration(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const absl::Duration duration, ParseDurationText(text));
  if (duration == absl::ZeroDuration()) return NotADuration(text, "not more than 0");
  return duration;
}

absl::StatusOr<absl::Duration> ParseDurationFlag(absl::string_view flag, absl::string_view text) {
  absl::StatusOr<absl::Duration> duration = ParsePositiveDuration(text);
  if (duration.ok()) return duration;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", duration.status().message()));
}

std::string FormatDurationText(absl::Duration duration) {
  absl::Duration rest;
  const int64_t days = absl::IDivDuration(duration, kDay, &rest);
  if (days != 0 && rest == absl::ZeroDuration()) return absl::StrCat(days, "d");
  return absl::FormatDuration(duration);
}

std::string FormatAge(absl::Duration age) {
  if (age == absl::InfiniteDuration()) return "never";
  const absl::Duration shown = std::max(age, absl::ZeroDuration());
  if (shown < absl::Seconds(90)) return absl::StrCat(absl::ToInt64Seconds(shown), " s");
  if (shown < absl::Minutes(90)) return absl::StrCat(absl::ToInt64Minutes(shown), " min");
  if (shown < 2 * kDay) return absl::StrCat(absl::ToInt64Hours(shown), " h");
  return absl::StrCat(absl::ToInt64Hours(shown) / 24, " d");
}

}  // namespace cis
