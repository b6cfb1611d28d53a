// SPDX-License-Identifier: Apache-2.0
#include "server/serving/caller.h"

#include "gtest/gtest.h"

namespace cis::server {
namespace {

TEST(AddressOfPeer, HasNoPort) {
  EXPECT_EQ(AddressOfPeer("ipv4:192.0.2.1:50000"), "192.0.2.1");
  EXPECT_EQ(AddressOfPeer("ipv6:[2001:db8::1]:50000"), "2001:db8::1");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B2001:db8::1%5D:50000"), "2001:db8::1");
  EXPECT_EQ(AddressOfPeer("unix:"), "");
  EXPECT_EQ(AddressOfPeer("inproc"), "");
}

TEST(IsLocalPeer, LoopbackIsLocalUnlessThereIsAProxy) {
  for (const char* peer :
       {"ipv4:127.0.0.1:1", "ipv6:[::1]:1", "ipv6:%5B::1%5D:1", "ipv6:[::ffff:127.0.0.1]:1"}) {
    EXPECT_TRUE(IsLocalPeer(peer, true)) << peer;
    EXPECT_FALSE(IsLocalPeer(peer, false)) << peer;
  }
  for (const char* peer : {"unix:", "unix:/run/cis.sock"}) {
    EXPECT_TRUE(IsLocalPeer(peer, false)) << peer;
  }
  for (const char* peer : {"ipv4:192.0.2.1:1", "ipv6:[2001:db8::1]:1", "ipv6:[::ffff:192.0.2.1]:1",
                           "", "unknown", "unix-abstract-of-another", "inproc2"}) {
    EXPECT_FALSE(IsLocalPeer(peer, true)) << peer;
  }
}

TEST(ForwardedAddress, IsTheLastThatTheProxyAdded) {
  EXPECT_EQ(ForwardedAddress("for=192.0.2.1", ""), "192.0.2.1");
  EXPECT_EQ(ForwardedAddress("for=127.0.0.1, proto=https;For=\"[2001:db8::1]:4711\";by=x", ""),
            "2001:db8::1");
  EXPECT_EQ(ForwardedAddress("for=192.0.2.1:80", "198.51.100.1"), "192.0.2.1");
  EXPECT_EQ(ForwardedAddress("", "127.0.0.1, 198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(ForwardedAddress("", "2001:db8::1"), "2001:db8::1");
  for (const char* wrong : {"for=unknown", "for=_hidden", "for=", "by=192.0.2.1", "for=a b", ","}) {
    EXPECT_EQ(ForwardedAddress(wrong, ""), std::nullopt) << wrong;
  }
  EXPECT_EQ(ForwardedAddress("", ""), std::nullopt);
}

}  // namespace
}  // namespace cis::server
