// SPDX-License-Identifier: Apache-2.0
#include "schema/model/back_off.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);

// A login that has failed since `kStart`, last at `last`.
KindState FailedLogin(absl::Duration last, int64_t failures, ErrorClass error) {
  KindState state;
  state.kind = Kind::kAuth;
  state.failing_since = kStart;
  state.attempt_time = kStart + last;
  state.failure_count = failures;
  state.error = error;
  return state;
}

KindState DownFor(absl::Duration last, int64_t failures = 10) {
  return FailedLogin(last, failures, ErrorClass::kConnect);
}

TEST(BackOff, TheWaitGrowsWithTheOutageAndHasAnEnd) {
  EXPECT_EQ(BackOffInterval(absl::Hours(48)), absl::Hours(12));
  EXPECT_EQ(BackOffInterval(absl::Hours(24 * 4)), absl::Hours(24));
  EXPECT_EQ(BackOffInterval(absl::Hours(24 * 12)), absl::Hours(72));
  EXPECT_EQ(BackOffInterval(absl::Hours(24 * 365)), kLongestBackOff);
  for (int hours = 1; hours < 2000; ++hours) {
    EXPECT_LE(BackOffInterval(absl::Hours(hours - 1)), BackOffInterval(absl::Hours(hours)));
  }
}

TEST(BackOff, AnOutageOfANightOrAWeekendDoesNotStartIt) {
  const absl::Time now = kStart + absl::Hours(48);
  EXPECT_EQ(FindBackOff({}, now), std::nullopt);
  EXPECT_EQ(FindBackOff({DownFor(absl::Hours(47))}, now), std::nullopt);
  EXPECT_EQ(FindBackOff({DownFor(absl::Hours(48), kBackOffFailures - 1)}, now), std::nullopt);
  EXPECT_TRUE(FindBackOff({DownFor(absl::Hours(48), kBackOffFailures)}, now).has_value());
}

TEST(BackOff, OneShareThatWorksOrIsRefusedShowsThatTheSiteAnswers) {
  const absl::Time now = kStart + absl::Hours(100);
  const KindState down = DownFor(absl::Hours(99));
  KindState works;
  works.attempt_time = now;
  EXPECT_EQ(FindBackOff({down, works}, now), std::nullopt);
  for (const ErrorClass error : {ErrorClass::kAuth, ErrorClass::kForbidden, ErrorClass::kNotFound,
                                 ErrorClass::kPolicy, ErrorClass::kConfig}) {
    EXPECT_EQ(FindBackOff({down, FailedLogin(absl::Hours(99), 10, error)}, now), std::nullopt)
        << FormatErrorClass(error);
  }
  EXPECT_TRUE(FindBackOff({down, FailedLogin(absl::Hours(99), 10, ErrorClass::kTls)}, now));
}

TEST(BackOff, ReportsWhenTheNextAttemptIs) {
  const absl::Time now = kStart + absl::Hours(24 * 9);
  // The second share was not asked in the last crawls: the first one probed.
  const auto found =
      FindBackOff({DownFor(absl::Hours(24 * 8), 9), DownFor(absl::Hours(72), 4)}, now);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->failing_since, kStart);
  EXPECT_EQ(found->last_attempt, kStart + absl::Hours(24 * 8));
  EXPECT_EQ(found->next_attempt, kStart + absl::Hours(24 * 10));
  EXPECT_EQ(found->failure_count, 9);
  EXPECT_FALSE(IsDue(*found, now));
  EXPECT_TRUE(IsDue(*found, found->next_attempt - kBackOffSlack));
  EXPECT_THAT(DescribeBackOff(*found), testing::HasSubstr("connect, 9 failed logins in a row"));
}

TEST(BackOff, AClockThatWasSetBackDelaysNoEndpointForLong) {
  const absl::Time now = kStart - absl::Hours(24 * 365);
  const auto found = FindBackOff({DownFor(absl::Hours(24 * 8))}, now);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(IsDue(*found, now));
}

// Nightly crawls of a site that is down for a year and then recovers: it is asked less and less
// often, but at least every seven days, and the first attempt after it recovers brings it back.
TEST(BackOff, ASiteThatHealsIsSeenWithinTheLongestWait) {
  KindState state;
  state.kind = Kind::kAuth;
  absl::Time last_try = kStart;
  int tries = 0;
  for (int night = 0; night < 365; ++night) {
    const absl::Time now = kStart + absl::Hours(24 * night);
    const auto found = FindBackOff({state}, now);
    if (found.has_value() && !IsDue(*found, now)) continue;
    EXPECT_LE(now - last_try, kLongestBackOff);
    last_try = now;
    ++tries;
    if (state.failure_count == 0) state.failing_since = now;
    state.attempt_time = now;
    state.error = ErrorClass::kTimeout;
    ++state.failure_count;
  }
  EXPECT_GT(tries, 365 / 7);
  EXPECT_LT(tries, 100);
}

}  // namespace
}  // namespace cis
