// SPDX-License-Identifier: Apache-2.0
#include "net/http/backoff.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "net/http/http_status.h"

namespace cis {
namespace {

std::optional<absl::Time> ParseHttpDate(absl::string_view text) {
  // RFC 9110: IMF-fixdate, and the two obsolete forms that must still be read.
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    absl::Time time;
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  return std::nullopt;
}

bool IsSafeToRepeat(TryResult result, bool idempotent) {
  return idempotent || result == TryResult::kNotSent;
}

}  // namespace

double Backoff::Uniform() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }

absl::Duration Backoff::Wait(int try_count, std::optional<absl::Duration> retry_after) {
  if (retry_after.has_value()) {
    return std::min(*retry_after, options_.retry_after_cap) + Uniform() * options_.base;
  }
  absl::Duration bound = options_.base;
  for (int i = 1; i < try_count && bound < options_.cap; ++i) bound *= 2;
  return Uniform() * std::min(bound, options_.cap);
}

RetryDecision Backoff::Decide(TryResult result, int http_status,
                              std::optional<absl::Duration> retry_after, bool idempotent,
                              const TryHistory& history) {
  RetryDecision stop;
  if (result == TryResult::kFinal) return stop;
  if (result == TryResult::kAnswer && !IsRetryableHttpStatus(http_status)) return stop;
  if (!IsSafeToRepeat(result, idempotent)) return stop;
  if (result == TryResult::kReusedClosed && history.fresh_count < options_.max_fresh_tries) {
    return {.retry = true, .fresh_connection = true};
  }
  if (history.try_count >= options_.max_tries) return stop;
  if (result == TryResult::kTimeout && history.timeout_count >= options_.max_timeouts) return stop;
  return {.retry = true, .wait = Wait(history.try_count, retry_after)};
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::string_view date_header, absl::Time now) {
  value = absl::StripAsciiWhitespace(value);
  if (value.empty()) return std::nullopt;
  if (std::all_of(value.begin(), value.end(),
                  [](unsigned char c) { return absl::ascii_isdigit(c); })) {
    int64_t seconds = 0;
    // More digits than an int64_t holds is "very long".
    if (!absl::SimpleAtoi(value, &seconds)) return absl::InfiniteDuration();
    return absl::Seconds(seconds);
  }
  const std::optional<absl::Time> date = ParseHttpDate(value);
  if (!date.has_value()) return std::nullopt;
  const std::optional<absl::Time> site_now = ParseHttpDate(absl::StripAsciiWhitespace(date_header));
  return std::max(absl::ZeroDuration(), *date - site_now.value_or(now));
}

}  // namespace cis
