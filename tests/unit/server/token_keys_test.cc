// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/token/key_set.h"
#include "tests/unit/server/token_fixture.h"

namespace cis::server {
namespace {

// How many keys of a set with this one can be used.
size_t UsableOf(const TestJson& jwk) {
  const auto set = KeySet::Parse(TestJson{{"keys", {jwk}}}.dump());
  return set.has_value() ? set->size() : 99;
}

TestJson Changed(TestJson jwk, const char* name, const TestJson& value) {
  jwk[name] = value;
  return jwk;
}

TEST(KeySetTest, LeavesOutKeysThatCannotVerify) {
  const TestJson jwk = RsaKey().Jwk("k1");
  EXPECT_EQ(UsableOf(jwk), 1U);
  EXPECT_EQ(UsableOf(Changed(jwk, "use", "enc")), 0U);
  EXPECT_EQ(UsableOf(Changed(jwk, "key_ops", {"sign"})), 0U);
  EXPECT_EQ(UsableOf(Changed(jwk, "alg", "HS256")), 0U);
  EXPECT_EQ(UsableOf(Changed(jwk, "alg", "ES256")), 0U);
  EXPECT_EQ(UsableOf(Changed(jwk, "n", Base64Url(std::string(128, 'n')))), 0U);
  EXPECT_EQ(UsableOf(Changed(jwk, "n", 7)), 0U);
  EXPECT_EQ(UsableOf(TestJson{{"kty", "oct"}, {"k", "c2VjcmV0"}}), 0U);
  EXPECT_EQ(UsableOf(Changed(EcKey().Jwk("k2"), "x", Base64Url(std::string(32, 'x')))), 0U);
}

TEST(KeySetTest, ReadsOnlyKeySets) {
  EXPECT_FALSE(KeySet::Parse("").has_value());
  EXPECT_FALSE(KeySet::Parse("[]").has_value());
  EXPECT_FALSE(KeySet::Parse(R"({"keys":{}})").has_value());
  EXPECT_FALSE(KeySet::Parse(R"({"keys":[],"keys":[]})").has_value());
  EXPECT_TRUE(KeySet::Parse(R"({"keys":[]})").has_value());
}

TEST(KeySetTest, HasABound) {
  const std::vector<TestJson> many(100, EcKey().Jwk("k"));
  EXPECT_EQ(KeySet::Parse(TestJson{{"keys", many}}.dump())->size(), 64U);
}

TEST(KeySetTest, FindsTheKeyThatFits) {
  const auto set = KeySet::Parse(
      TestJson{{"keys", {Changed(RsaKey().Jwk("k1"), "alg", "RS256"), EcKey().Jwk("k2")}}}.dump());
  ASSERT_TRUE(set.has_value());
  EXPECT_NE(set->Find("k1", "RS256"), nullptr);
  EXPECT_EQ(set->Find("k1", "PS256"), nullptr);
  EXPECT_EQ(set->Find("k1", "ES256"), nullptr);
  EXPECT_NE(set->Find("", "ES256"), nullptr);
  EXPECT_EQ(set->Find("", "ES384"), nullptr);
  EXPECT_EQ(set->Find("k1", "none"), nullptr);
}

}  // namespace
}  // namespace cis::server
