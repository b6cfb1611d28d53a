// SPDX-License-Identifier: Apache-2.0
#include "schema/model/fact.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(Confidence, FormatsAndParsesInPairs) {
  for (const Confidence c : {Confidence::kUnknown, Confidence::kGuess, Confidence::kProbable,
                             Confidence::kStrong, Confidence::kVerified}) {
    EXPECT_EQ(ParseConfidence(FormatConfidence(c)), c);
  }
  EXPECT_EQ(FormatConfidence(Confidence::kStrong), "strong");
  EXPECT_EQ(ParseConfidence("certain"), Confidence::kUnknown);
  EXPECT_EQ(ParseConfidence("Strong"), Confidence::kUnknown);
}

TEST(Confidence, SurerIsLarger) {
  EXPECT_LT(Confidence::kUnknown, Confidence::kGuess);
  EXPECT_LT(Confidence::kGuess, Confidence::kProbable);
  EXPECT_LT(Confidence::kProbable, Confidence::kStrong);
  EXPECT_LT(Confidence::kStrong, Confidence::kVerified);
}

TEST(Tristate, FormatsAndParsesInPairs) {
  for (const Tristate t : {Tristate::kUnknown, Tristate::kNo, Tristate::kYes}) {
    EXPECT_EQ(ParseTristate(FormatTristate(t)), t);
  }
  EXPECT_EQ(ParseTristate("true"), Tristate::kUnknown);
}

TEST(Provenance, GivesTheConfidenceOfAField) {
  Provenance provenance;
  provenance.confidence = {{"arch", Confidence::kGuess}, {"os_distro", Confidence::kVerified}};
  EXPECT_EQ(provenance.Of("os_distro"), Confidence::kVerified);
  EXPECT_EQ(provenance.Of("arch"), Confidence::kGuess);
  EXPECT_EQ(provenance.Of("os_version"), Confidence::kUnknown);
}

}  // namespace
}  // namespace cis
