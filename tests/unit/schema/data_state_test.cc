// SPDX-License-Identifier: Apache-2.0
#include "schema/model/data_state.h"

#include "gtest/gtest.h"
#include "tests/support/builders.h"

namespace cis {
namespace {

const FreshnessPolicy kPolicy{absl::Hours(26), absl::Hours(24 * 14)};

TEST(DataState, FollowsAgeAtItsBounds) {
  const KindState state = MakeKindState(Kind::kImages);
  const auto after = [&](absl::Duration age) { return StateOf(state, TestTime() + age, kPolicy); };
  EXPECT_EQ(after(absl::ZeroDuration()), DataState::kFresh);
  EXPECT_EQ(after(absl::Hours(26)), DataState::kFresh);
  EXPECT_EQ(after(absl::Hours(26) + absl::Nanoseconds(1)), DataState::kStale);
  EXPECT_EQ(after(absl::Hours(24 * 14)), DataState::kStale);
  EXPECT_EQ(after(absl::Hours(24 * 14) + absl::Nanoseconds(1)), DataState::kExpired);
}

TEST(DataState, AClockThatWasSetBackDoesNotMakeDataOld) {
  EXPECT_EQ(StateOf(MakeKindState(Kind::kImages), TestTime() - absl::Hours(1000), kPolicy),
            DataState::kFresh);
}

TEST(DataState, AFailedTryMakesFreshDataStaleAndExpiredDataNoBetter) {
  KindState state = MakeKindState(Kind::kImages);
  state.error = ErrorClass::kTimeout;
  EXPECT_EQ(StateOf(state, TestTime(), kPolicy), DataState::kStale);
  EXPECT_EQ(StateOf(state, TestTime() + absl::Hours(1000), kPolicy), DataState::kExpired);
}

TEST(DataState, NeverReadIsMissing) {
  KindState state;
  state.attempt_time = TestTime();
  EXPECT_EQ(StateOf(state, TestTime(), kPolicy), DataState::kMissing);
  EXPECT_EQ(StateOf(nullptr, TestTime(), kPolicy), DataState::kMissing);
}

TEST(DataState, TheWorstKindCounts) {
  std::vector<KindState> states = {MakeKindState(Kind::kAuth), MakeKindState(Kind::kImages)};
  states[1].error = ErrorClass::kServer;
  EXPECT_EQ(WorstState(states, {Kind::kAuth}, TestTime(), kPolicy), DataState::kFresh);
  EXPECT_EQ(WorstState(states, {Kind::kAuth, Kind::kImages}, TestTime(), kPolicy),
            DataState::kStale);
  EXPECT_EQ(WorstState(states, {Kind::kImages, Kind::kQuotas}, TestTime(), kPolicy),
            DataState::kMissing);
  EXPECT_EQ(WorstState(states, {}, TestTime(), kPolicy), DataState::kFresh);
}

TEST(DataState, TheOldestReadCounts) {
  const absl::Time older = TestTime() - absl::Hours(3);
  const std::vector<KindState> states = {MakeKindState(Kind::kAuth),
                                         MakeKindState(Kind::kImages, older)};
  EXPECT_EQ(OldestSuccess(states, {Kind::kAuth}), TestTime());
  EXPECT_EQ(OldestSuccess(states, {Kind::kAuth, Kind::kImages}), older);
  EXPECT_EQ(OldestSuccess(states, {Kind::kAuth, Kind::kQuotas}), absl::InfinitePast());
  EXPECT_EQ(OldestSuccess(states, {}), absl::InfinitePast());
}

TEST(DataState, HasAWordForEach) {
  EXPECT_EQ(FormatDataState(DataState::kFresh), "fresh");
  EXPECT_EQ(FormatDataState(DataState::kStale), "stale");
  EXPECT_EQ(FormatDataState(DataState::kExpired), "expired");
  EXPECT_EQ(FormatDataState(DataState::kMissing), "missing");
}

}  // namespace
}  // namespace cis
