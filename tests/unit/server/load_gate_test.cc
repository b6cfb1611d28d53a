// SPDX-License-Identifier: Apache-2.0
#include "server/pool/load_gate.h"

#include "gtest/gtest.h"
#include "server/connection/backlog.h"

namespace cis::server {
namespace {

int AdmittedOf100(LoadGate* gate) {
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += gate->Admits() ? 1 : 0;
  return admitted;
}

TEST(LoadGate, AdmitsEverythingWhileNothingWaits) {
  LoadGate gate;
  gate.Observe(LoadGate::kTarget);
  EXPECT_EQ(AdmittedOf100(&gate), 100);
}

TEST(LoadGate, AdmitsFewerWhileRequestsWaitAndAllAgainLater) {
  LoadGate gate;
  for (int i = 0; i < 9; ++i) gate.Observe(absl::Seconds(1));
  EXPECT_EQ(AdmittedOf100(&gate), 100) << "it may be a pause of the machine";
  for (int i = 0; i < 4; ++i) gate.Observe(absl::Seconds(1));
  EXPECT_NEAR(AdmittedOf100(&gate), 41, 1);
  for (int i = 0; i < 100; ++i) gate.Observe(absl::Seconds(1));
  EXPECT_EQ(AdmittedOf100(&gate), 2);
  for (int i = 0; i < 100; ++i) gate.Observe(absl::ZeroDuration());
  EXPECT_EQ(AdmittedOf100(&gate), 100);
}

absl::Time At(int ms) { return absl::FromUnixSeconds(1800000000) + absl::Milliseconds(ms); }

TEST(Backlog, IsTheAgeOfTheOldestUnreadByte) {
  Backlog backlog;
  EXPECT_EQ(backlog.Observe(0, 0, At(0)), absl::ZeroDuration());
  EXPECT_EQ(backlog.Observe(100, 60, At(20)), absl::ZeroDuration());
  EXPECT_EQ(backlog.Observe(200, 120, At(40)), absl::Milliseconds(20));
  // The first 100 are read; the next came at 40.
  EXPECT_EQ(backlog.Observe(300, 180, At(60)), absl::Milliseconds(20));
  EXPECT_EQ(backlog.Observe(300, 0, At(80)), absl::ZeroDuration());
  EXPECT_EQ(backlog.Observe(301, 1, At(100)), absl::ZeroDuration());
}

TEST(Backlog, AConnectionThatIsStuckSaysNothingOfTheServer) {
  Backlog backlog;
  backlog.Observe(100, 50, At(0));
  EXPECT_EQ(backlog.Observe(100, 50, At(900)), absl::Milliseconds(900));
  EXPECT_EQ(backlog.Observe(100, 50, At(1000)), absl::ZeroDuration());
}

}  // namespace
}  // namespace cis::server
