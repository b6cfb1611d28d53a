// SPDX-License-Identifier: Apache-2.0
#include "schema/model/records.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cis {
namespace {

TEST(NetworkUse, FormatsAndParsesInPairs) {
  for (const NetworkUse use :
       {NetworkUse::kNone, NetworkUse::kFloatingPool, NetworkUse::kDirect, NetworkUse::kTenant}) {
    EXPECT_EQ(ParseNetworkUse(FormatNetworkUse(use)), use);
  }
  EXPECT_EQ(FormatNetworkUse(NetworkUse::kFloatingPool), "floating-pool");
  EXPECT_EQ(ParseNetworkUse("bridge"), NetworkUse::kNone);
}

TEST(Kind, FormatsAndParsesInPairs) {
  for (const Kind kind : kAllKinds) EXPECT_EQ(ParseKind(FormatKind(kind)), kind);
  EXPECT_EQ(ParseKind("volumes"), std::nullopt);
  EXPECT_EQ(ParseKind(""), std::nullopt);
}

TEST(ErrorClass, FormatsAndParsesInPairs) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(ErrorClass::kInternal); ++i) {
    const auto error = static_cast<ErrorClass>(i);
    EXPECT_EQ(ParseErrorClass(FormatErrorClass(error)), error) << i;
    words.insert(std::string(FormatErrorClass(error)));
  }
  EXPECT_EQ(words.size(), static_cast<size_t>(ErrorClass::kInternal) + 1);
  EXPECT_EQ(ParseErrorClass("meteor"), ErrorClass::kInternal);
}

TEST(Records, AbsentIsNotZeroAndNotFalse) {
  Flavor said;
  said.vcpu_count = 0;
  EXPECT_NE(said, Flavor());
  Network open;
  open.shared = false;
  EXPECT_NE(open, Network());
}

}  // namespace
}  // namespace cis
