// SPDX-License-Identifier: Apache-2.0
#include "server/access/rate_limiter.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "net/address/address.h"

namespace cis::server {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1800000000);

TEST(RateLimiter, AdmitsABurstAndThenTheRate) {
  RateLimiter limiter({.per_second = 10, .burst = 5});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.Spend("a", 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Spend("a", 1, kStart), absl::Milliseconds(100));
  EXPECT_EQ(limiter.Spend("b", 1, kStart), absl::ZeroDuration());
  // A refusal takes nothing.
  EXPECT_EQ(limiter.Spend("a", 1, kStart + absl::Milliseconds(100)), absl::ZeroDuration());
  EXPECT_EQ(limiter.Spend("a", 1, kStart + absl::Milliseconds(100)), absl::Milliseconds(100));
}

TEST(RateLimiter, ASilentCallerHasAFullBucketAndNoMore) {
  RateLimiter limiter({.per_second = 10, .burst = 5});
  EXPECT_EQ(limiter.Spend("a", 5, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Spend("a", 5, kStart + absl::Hours(1)), absl::ZeroDuration());
  EXPECT_EQ(limiter.Spend("a", 1, kStart + absl::Hours(1)), absl::Milliseconds(100));
}

TEST(RateLimiter, WhatCostsMoreThanABucketNeedsAFullOne) {
  RateLimiter limiter({.per_second = 10, .burst = 5});
  EXPECT_EQ(limiter.Spend("a", 50, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Spend("a", 50, kStart), absl::Milliseconds(500));
}

TEST(RateLimiter, NoLimitAdmitsEverything) {
  RateLimiter limiter({.per_second = 0});
  for (int i = 0; i < 10000; ++i) ASSERT_EQ(limiter.Spend("a", 1, kStart), absl::ZeroDuration());
}

TEST(RateLimiter, ManyCallersDoNotMakeOneForgottenAtOnce) {
  RateLimiter limiter({.per_second = 10, .burst = 5});
  EXPECT_EQ(limiter.Spend("a", 5, kStart), absl::ZeroDuration());
  for (size_t i = 0; i < RateLimiter::kMaxCallers; ++i) limiter.Spend(absl::StrCat(i), 1, kStart);
  EXPECT_EQ(limiter.Spend("a", 1, kStart), absl::Milliseconds(100));
}

TEST(NetworkOf, IsWhatOneHostHas) {
  EXPECT_EQ(NetworkOf("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkOf("::1"), "::/64");
  EXPECT_EQ(NetworkOf(""), "");
}

}  // namespace
}  // namespace cis::server
