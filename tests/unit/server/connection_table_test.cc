// SPDX-License-Identifier: Apache-2.0
#include "server/connection/connection_table.h"

#include "gtest/gtest.h"

namespace cis::server {
namespace {

using Verdict = ConnectionTable::Verdict;

const absl::Time kOpenTime = absl::FromUnixSeconds(1800000000);

absl::Time After(double seconds) { return kOpenTime + absl::Seconds(seconds); }

PeerAddress Peer(const std::string& host, int port) { return {host, port}; }

ConnectionLimits SmallLimits() {
  ConnectionLimits limits;
  limits.max_connections = 4;
  limits.max_per_address = 2;
  limits.uncapped = {"192.0.2.99"};
  limits.free_bytes = 1000;
  limits.free_bytes_per_second = 10;
  limits.bytes_of_call = 100;
  return limits;
}

TEST(ConnectionTable, AnIdleConnectionGivesWayToANewOneOfItsAddress) {
  ConnectionTable table(SmallLimits());
  EXPECT_TRUE(table.Add(1, Peer("192.0.2.1", 1), After(0)).is_admitted);
  EXPECT_TRUE(table.Add(2, Peer("192.0.2.1", 2), After(1)).is_admitted);
  table.CallBegan(Peer("192.0.2.1", 1), 0, After(2));
  const auto third = table.Add(3, Peer("192.0.2.1", 3), After(3));
  EXPECT_TRUE(third.is_admitted);
  EXPECT_EQ(third.evicted, 2);
  table.CallBegan(Peer("192.0.2.1", 3), 0, After(4));
  EXPECT_FALSE(table.Add(4, Peer("192.0.2.1", 4), After(5)).is_admitted);
  EXPECT_TRUE(table.Add(5, Peer("192.0.2.2", 4), After(5)).is_admitted);
  EXPECT_EQ(table.counts().refused, 1);
  EXPECT_EQ(table.counts().evicted, 1);
  EXPECT_EQ(table.counts().open, 3);
}

TEST(ConnectionTable, TheTotalCapIsForAll) {
  ConnectionTable table(SmallLimits());
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(table.Add(i, Peer("192.0.2.99", i), After(i)).is_admitted) << i;
  }
  const auto next = table.Add(9, Peer("192.0.2.1", 1), After(9));
  EXPECT_TRUE(next.is_admitted);
  EXPECT_EQ(next.evicted, 0);
  EXPECT_EQ(table.EvictIdle(), 1);
  table.Remove(9);
  EXPECT_EQ(table.counts().open, 2);
}

TEST(ConnectionTable, OneHostOfIpv6HasOneCap) {
  ConnectionTable table(SmallLimits());
  EXPECT_TRUE(table.Add(1, Peer("2001:db8::1", 1), After(0)).is_admitted);
  EXPECT_TRUE(table.Add(2, Peer("2001:db8::2", 1), After(0)).is_admitted);
  EXPECT_TRUE(table.Add(3, Peer("2001:db8::3", 1), After(0)).evicted.has_value());
  EXPECT_FALSE(table.Add(4, Peer("2001:db8:1::3", 1), After(0)).evicted.has_value());
}

TEST(ConnectionTable, WhatIsSentWithoutCallsIsBounded) {
  ConnectionTable table(SmallLimits());
  const PeerAddress peer = Peer("192.0.2.1", 1);
  table.Add(1, peer, After(0));
  EXPECT_EQ(table.Judge(1, {1000, 0}, After(0)), Verdict::kStays);
  EXPECT_EQ(table.Judge(1, {1100, 0}, After(10)), Verdict::kStays);
  table.CallBegan(peer, 300, After(10));
  EXPECT_EQ(table.Judge(1, {1800, 0}, After(10)), Verdict::kStays);
  EXPECT_EQ(table.Judge(1, {1801, 1000}, After(10)), Verdict::kStays);
  EXPECT_EQ(table.Judge(1, {1801, 0}, After(10)), Verdict::kAbusive);
}

TEST(ConnectionTable, ACallThatIsRefusedEarnsNothingButItsRequest) {
  ConnectionTable table(SmallLimits());
  const PeerAddress peer = Peer("192.0.2.1", 1);
  table.Add(1, peer, After(0));
  table.CallBegan(peer, 300, After(0));
  table.ReplyBegan(peer, 300, true, After(0));
  table.CallEnded(peer, After(0));
  EXPECT_EQ(table.Judge(1, {1300, 0}, After(0)), Verdict::kStays);
  EXPECT_EQ(table.Judge(1, {1301, 0}, After(0)), Verdict::kAbusive);
}

TEST(ConnectionTable, AnAddressThatWasCutOffWaitsLongerEachTime) {
  ConnectionTable table(SmallLimits());
  const PeerAddress peer = Peer("192.0.2.1", 1);
  double now = 0;
  for (const double pause : {1.0, 2.0, 4.0}) {
    ASSERT_TRUE(table.Add(1, peer, After(now)).is_admitted) << pause;
    ASSERT_EQ(table.Judge(1, {100000, 0}, After(now)), Verdict::kAbusive);
    table.Remove(1);
    EXPECT_FALSE(table.Add(1, peer, After(now + pause - 0.1)).is_admitted) << pause;
    EXPECT_TRUE(table.Add(2, Peer("192.0.2.2", 1), After(now)).is_admitted);
    table.Remove(2);
    now += pause;
  }
}

TEST(ConnectionTable, ProxiesAndThisMachineAreNotMadeToWait) {
  ConnectionTable table(SmallLimits());
  for (const char* host : {"192.0.2.99", "127.0.0.1", ""}) {
    ASSERT_TRUE(table.Add(1, Peer(host, 1), After(0)).is_admitted);
    ASSERT_EQ(table.Judge(1, {100000, 0}, After(0)), Verdict::kAbusive);
    table.Remove(1);
    EXPECT_TRUE(table.Add(1, Peer(host, 1), After(0)).is_admitted) << host;
    table.Remove(1);
  }
}

TEST(ConnectionTable, AReplyThatIsNotTakenEndsItsConnection) {
  ConnectionTable table(SmallLimits());
  const PeerAddress peer = Peer("192.0.2.1", 1);
  table.Add(1, peer, After(0));
  table.CallBegan(peer, 0, After(0));
  table.CallBegan(peer, 0, After(0));
  EXPECT_EQ(table.Judge(1, {0, 0}, After(100)), Verdict::kStays) << "the handler may take its time";
  table.ReplyBegan(peer, 0, false, After(100));
  table.ReplyBegan(peer, 0, false, After(110));
  EXPECT_EQ(table.Judge(1, {0, 0}, After(129)), Verdict::kStays);
  table.CallEnded(peer, After(129));
  EXPECT_EQ(table.Judge(1, {0, 0}, After(158)), Verdict::kStays) << "one reply was taken";
  EXPECT_EQ(table.Judge(1, {0, 0}, After(159)), Verdict::kSlow);
  EXPECT_EQ(table.counts().slow, 1);
}

}  // namespace
}  // namespace cis::server
