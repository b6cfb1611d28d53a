// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/token/expiring_lru.h"
#include "server/token/token_error.h"

namespace cis::server {
namespace {

TEST(ExpiringLruTest, DeletesWhatWasUsedTheLongestAgo) {
  ExpiringLru<int> cache(2);
  const absl::Time now = absl::FromUnixSeconds(1000);
  cache.Insert(DigestOf("a"), 1, now + absl::Seconds(10));
  cache.Insert(DigestOf("b"), 2, now + absl::Seconds(10));
  EXPECT_EQ(cache.Find(DigestOf("a"), now), 1);
  cache.Insert(DigestOf("c"), 3, now + absl::Seconds(10));
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.Find(DigestOf("b"), now), std::nullopt);
  EXPECT_EQ(cache.Find(DigestOf("a"), now), 1);
}

TEST(ExpiringLruTest, ForgetsValuesAtTheirTime) {
  ExpiringLru<int> cache(2);
  const absl::Time now = absl::FromUnixSeconds(1000);
  cache.Insert(DigestOf("a"), 1, now + absl::Seconds(10));
  EXPECT_EQ(cache.Find(DigestOf("a"), now + absl::Seconds(9)), 1);
  EXPECT_EQ(cache.Find(DigestOf("a"), now + absl::Seconds(10)), std::nullopt);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(TokenErrorTest, TravelsWithAStatus) {
  const absl::Status expired = MakeTokenError(TokenError::kTokenExpired, "it has expired");
  EXPECT_EQ(expired.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(GetTokenError(expired), TokenError::kTokenExpired);
  EXPECT_EQ(MakeTokenError(TokenError::kIssuerUnavailable, "").code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetTokenError(absl::UnauthenticatedError("another")), std::nullopt);
}

}  // namespace
}  // namespace cis::server
