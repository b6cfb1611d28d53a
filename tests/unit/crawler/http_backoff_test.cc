// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "net/http/backoff.h"

namespace cis::crawler {
namespace {

constexpr absl::string_view kNoDate = "";

TEST(Backoff, WaitsGrowAndStayBelowTheCap) {
  BackoffOptions options;
  options.base = absl::Milliseconds(100);
  options.cap = absl::Milliseconds(350);
  Backoff backoff(options, 7);
  std::vector<absl::Duration> longest(6);
  for (int round = 0; round < 500; ++round) {
    for (int n = 1; n <= 5; ++n) {
      const absl::Duration wait = backoff.Wait(n, std::nullopt);
      ASSERT_GE(wait, absl::ZeroDuration());
      longest[static_cast<size_t>(n)] = std::max(longest[static_cast<size_t>(n)], wait);
    }
  }
  const int bounds_ms[] = {0, 100, 200, 350, 350, 350};
  for (size_t n = 1; n <= 5; ++n) {
    EXPECT_LE(longest[n], absl::Milliseconds(bounds_ms[n])) << n;
    EXPECT_GE(longest[n], absl::Milliseconds(bounds_ms[n]) * 0.9) << n;  // full jitter fills it
  }
}

TEST(Backoff, EqualSeedsGiveEqualWaits) {
  Backoff a({}, 42);
  Backoff b({}, 42);
  Backoff c({}, 43);
  bool differs = false;
  for (int n = 1; n < 10; ++n) {
    const absl::Duration wait = a.Wait(n, std::nullopt);
    EXPECT_EQ(wait, b.Wait(n, std::nullopt));
    differs = differs || wait != c.Wait(n, std::nullopt);
  }
  EXPECT_TRUE(differs);
}

TEST(Backoff, RetryAfterIsALowerBoundAndIsCapped) {
  BackoffOptions options;
  options.base = absl::Milliseconds(100);
  options.retry_after_cap = absl::Seconds(60);
  Backoff backoff(options, 1);
  for (int i = 0; i < 50; ++i) {
    const absl::Duration five = backoff.Wait(1, absl::Seconds(5));
    EXPECT_GE(five, absl::Seconds(5));
    EXPECT_LE(five, absl::Milliseconds(5100));
    const absl::Duration day = backoff.Wait(1, absl::Hours(24));
    EXPECT_GE(day, absl::Seconds(60));
    EXPECT_LE(day, absl::Milliseconds(60100));
    EXPECT_LE(backoff.Wait(1, absl::InfiniteDuration()), absl::Milliseconds(60100));
  }
}

TEST(Backoff, RepeatsOnlyWhatALaterTryMayChange) {
  Backoff backoff({}, 1);
  const TryHistory first{.try_count = 1};
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_TRUE(backoff.Decide(TryResult::kAnswer, status, {}, true, first).retry) << status;
  }
  for (const int status : {200, 204, 300, 304, 400, 401, 403, 404, 408, 409, 500, 501, 505}) {
    EXPECT_FALSE(backoff.Decide(TryResult::kAnswer, status, {}, true, first).retry) << status;
  }
  for (const TryResult result :
       {TryResult::kNotSent, TryResult::kNoAnswer, TryResult::kBrokenAnswer,
        TryResult::kReusedClosed, TryResult::kTimeout}) {
    EXPECT_TRUE(backoff.Decide(result, 0, {}, true, first).retry);
  }
  EXPECT_FALSE(backoff.Decide(TryResult::kFinal, 503, {}, true, first).retry);
}

TEST(Backoff, WhatIsNotIdempotentIsRepeatedOnlyIfItWasNotSent) {
  Backoff backoff({}, 1);
  const TryHistory first{.try_count = 1};
  EXPECT_TRUE(backoff.Decide(TryResult::kNotSent, 0, {}, false, first).retry);
  for (const TryResult result : {TryResult::kNoAnswer, TryResult::kBrokenAnswer,
                                 TryResult::kReusedClosed, TryResult::kTimeout}) {
    EXPECT_FALSE(backoff.Decide(result, 0, {}, false, first).retry);
  }
  EXPECT_FALSE(backoff.Decide(TryResult::kAnswer, 503, {}, false, first).retry);
}

TEST(Backoff, StopsAfterItsTries) {
  BackoffOptions options;
  options.max_tries = 3;
  options.max_timeouts = 2;
  Backoff backoff(options, 1);
  EXPECT_TRUE(backoff.Decide(TryResult::kAnswer, 503, {}, true, {.try_count = 2}).retry);
  EXPECT_FALSE(backoff.Decide(TryResult::kAnswer, 503, {}, true, {.try_count = 3}).retry);
  EXPECT_TRUE(
      backoff.Decide(TryResult::kTimeout, 0, {}, true, {.try_count = 1, .timeout_count = 1}).retry);
  EXPECT_FALSE(
      backoff.Decide(TryResult::kTimeout, 0, {}, true, {.try_count = 2, .timeout_count = 2}).retry);
}

TEST(Backoff, AClosedIdleConnectionIsReplacedAtOnceAndNotForever) {
  BackoffOptions options;
  options.max_fresh_tries = 2;
  options.max_tries = 1;
  Backoff backoff(options, 1);
  const RetryDecision decision =
      backoff.Decide(TryResult::kReusedClosed, 0, {}, true, {.try_count = 1, .fresh_count = 1});
  EXPECT_TRUE(decision.retry);
  EXPECT_TRUE(decision.fresh_connection);
  EXPECT_EQ(decision.wait, absl::ZeroDuration());
  EXPECT_FALSE(
      backoff.Decide(TryResult::kReusedClosed, 0, {}, true, {.try_count = 1, .fresh_count = 2})
          .retry);
}

TEST(RetryAfter, ReadsSeconds) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  EXPECT_EQ(ParseRetryAfter("0", kNoDate, now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter(" 120 ", kNoDate, now), absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", kNoDate, now), absl::InfiniteDuration());
}

TEST(RetryAfter, ReadsAllThreeFormsOfDates) {
  const absl::Time now = absl::FromUnixSeconds(784111777 - 30);
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(ParseRetryAfter(text, kNoDate, now), absl::Seconds(30)) << text;
  }
}

TEST(RetryAfter, CountsFromTheSitesOwnClock) {
  const absl::Time now = absl::FromUnixSeconds(784111777 + 3600);  // an hour ahead of the site
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:27 GMT", now),
            absl::Seconds(10));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", "not a date", now),
            absl::ZeroDuration());
}

TEST(RetryAfter, IgnoresWhatIsNeither) {
  for (const char* text : {"", "  ", "soon", "-5", "1.5", "5 s", "Sun, 06 Nov 1994"}) {
    EXPECT_EQ(ParseRetryAfter(text, kNoDate, absl::UnixEpoch()), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cis::crawler
