// SPDX-License-Identifier: Apache-2.0
#include "client/cli/quantity.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "schema/base/duration_text.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// Larger numbers are typing errors; smaller ones are exact in a double.
constexpr double kMaxNumber = 1e12;

absl::Status NotACount(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a number; write for example 4, 2..8 or 2.."));
}

absl::Status NotASize(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a size; write for example 8G, 512M or 4G..16G"));
}

// Splits off the digits (with at most one point) that `text` starts with.
std::optional<double> TakeNumber(absl::string_view* text) {
  size_t length = 0;
  while (length < text->size() &&
         (absl::ascii_isdigit((*text)[length]) || (*text)[length] == '.')) {
    if (text->substr(length, 2) == "..") break;
    ++length;
  }
  const absl::string_view digits = text->substr(0, length);
  double value = 0;
  if (digits.empty() || digits == "." || !absl::SimpleAtod(digits, &value)) return std::nullopt;
  if (!(value <= kMaxNumber)) return std::nullopt;
  text->remove_prefix(length);
  return value;
}

// Returns the bytes of one unit; `G` if there is none.
std::optional<double> UnitBytes(absl::string_view unit) {
  if (unit.empty()) return std::exp2(30);
  double bytes = 0;
  switch (absl::ascii_toupper(unit[0])) {
    case 'K':
      bytes = std::exp2(10);
      break;
    case 'M':
      bytes = std::exp2(20);
      break;
    case 'G':
      bytes = std::exp2(30);
      break;
    case 'T':
      bytes = std::exp2(40);
      break;
    default:
      return std::nullopt;
  }
  const std::string rest = absl::AsciiStrToLower(unit.substr(1));
  if (rest.empty() || rest == "i" || rest == "b" || rest == "ib") return bytes;
  return std::nullopt;
}

// Parses a bound as an exact multiple of the unit; `nullopt` if it is not one.
using ParseBound = std::optional<double> (*)(absl::string_view text);

std::optional<double> CountBound(absl::string_view text) {
  const std::optional<double> value = TakeNumber(&text);
  if (!value.has_value() || !text.empty() || *value != std::floor(*value)) return std::nullopt;
  return value;
}

std::optional<double> SizeBoundBytes(absl::string_view text) {
  const std::optional<double> value = TakeNumber(&text);
  if (!value.has_value()) return std::nullopt;
  const std::optional<double> unit = UnitBytes(absl::StripAsciiWhitespace(text));
  if (!unit.has_value()) return std::nullopt;
  return *value * *unit;
}

// `unit` is the unit of the result, in the unit of `parse`.
absl::StatusOr<Range> ParseRange(absl::string_view text, ParseBound parse, double unit,
                                 absl::Status (*error)(absl::string_view)) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  absl::string_view low = trimmed;
  absl::string_view high;
  const size_t dots = trimmed.find("..");
  if (dots != absl::string_view::npos) {
    low = trimmed.substr(0, dots);
    high = trimmed.substr(dots + 2);
  }
  if (low.empty() && high.empty()) return error(text);
  Range range;
  if (!low.empty()) {
    const std::optional<double> value = parse(absl::StripAsciiWhitespace(low));
    if (!value.has_value()) return error(text);
    range.min = static_cast<int64_t>(std::ceil(*value / unit));
  }
  if (!high.empty()) {
    const std::optional<double> value = parse(absl::StripAsciiWhitespace(high));
    if (!value.has_value()) return error(text);
    range.max = static_cast<int64_t>(std::floor(*value / unit));
  }
  if (range.min.has_value() && range.max.has_value() && *range.min > *range.max) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is empty; write the smaller bound first"));
  }
  return range;
}

}  // namespace

absl::StatusOr<Range> ParseCountRange(absl::string_view text) {
  return ParseRange(text, CountBound, 1, NotACount);
}

absl::StatusOr<Range> ParseSizeRangeMib(absl::string_view text) {
  return ParseRange(text, SizeBoundBytes, std::exp2(20), NotASize);
}

absl::StatusOr<Range> ParseSizeRangeGib(absl::string_view text) {
  return ParseRange(text, SizeBoundBytes, std::exp2(30), NotASize);
}

absl::StatusOr<Moment> ParseMoment(absl::string_view text) {
  Moment moment;
  absl::Time time;
  const std::string stripped(absl::StripAsciiWhitespace(text));
  if (absl::ParseTime(absl::RFC3339_full, stripped, &time, nullptr) ||
      absl::ParseTime("%Y-%m-%d", stripped, &time, nullptr)) {
    moment.time = time;
    return moment;
  }
  absl::string_view span = stripped;
  absl::ConsumeSuffix(&span, " ago");
  const absl::StatusOr<absl::Duration> age = ParseDurationText(span);
  if (!age.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text,
        "\" is not a time; write for example 3d, \"3d ago\", 2026-01-02 or 2026-01-02T03:04:05Z"));
  }
  moment.age = *age;
  return moment;
}

absl::Time TimeOf(const Moment& moment, absl::Time now) {
  return moment.time.value_or(now - moment.age);
}

}  // namespace cis::client
