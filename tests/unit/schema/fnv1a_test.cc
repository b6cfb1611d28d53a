// SPDX-License-Identifier: Apache-2.0
#include "schema/base/fnv1a.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

// The published vectors: names and page tokens of earlier versions depend on them.
TEST(Fnv1aTest, GivesThePublishedHashes) {
  EXPECT_EQ(Fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(Fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(Fnv1a("foobar"), 0x85944171f73967e8ULL);
}

TEST(Fnv1aTest, ContinuesFromTheHashOfWhatStandsBefore) {
  EXPECT_EQ(Fnv1a("bar", Fnv1a("foo")), Fnv1a("foobar"));
}

}  // namespace
}  // namespace cis
