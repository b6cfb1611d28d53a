// SPDX-License-Identifier: Apache-2.0
#include "server/serving/caller.h"

#include <string>

#include "gmock/gmock.h"
#include "net/address/address.h"
#include "server/access/call_source.h"
#include "server/access/caller_digest.h"

namespace cis::server {
namespace {

TEST(PeerOf, ReadsWhatGrpcWrites) {
  EXPECT_EQ(PeerOf("ipv4:192.0.2.1:50000"), (PeerAddress{"192.0.2.1", 50000}));
  EXPECT_EQ(PeerOf("ipv6:[2001:db8::1]:50000"), (PeerAddress{"2001:db8::1", 50000}));
  EXPECT_EQ(PeerOf("ipv6:%5B2001:db8::1%5D:50000"), (PeerAddress{"2001:db8::1", 50000}));
  for (const char* none :
       {"unix:", "unix:/run/cis.sock", "inproc", "", "ipv4:192.0.2.1", "ipv4:"}) {
    EXPECT_EQ(PeerOf(none), PeerAddress()) << none;
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

TEST(IsLoopbackAddress, KnowsBothFamilies) {
  for (const char* address : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsLoopbackAddress(address)) << address;
  }
  for (const char* address :
       {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "", "localhost", "::1:1"}) {
    EXPECT_FALSE(IsLoopbackAddress(address)) << address;
  }
}

TEST(BearerToken, IsWhatFollowsTheScheme) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bEARER  abc "), "abc");
  for (const char* other : {"Basic abc", "Bearer", "", "abc", "BearerX abc"}) {
    EXPECT_EQ(BearerToken(other), "") << other;
  }
}

TEST(RequestId, IsChosenByTheCallerWithinBounds) {
  EXPECT_TRUE(IsRequestId("a-Z_0.9"));
  EXPECT_TRUE(IsRequestId(std::string(64, 'a')));
  for (const std::string& wrong : {std::string(), std::string(65, 'a'), std::string("a b"),
                                   std::string("a\nb"), std::string("a\"b")}) {
    EXPECT_FALSE(IsRequestId(wrong)) << wrong;
  }
  EXPECT_TRUE(IsRequestId(MakeRequestId()));
  EXPECT_NE(MakeRequestId(), MakeRequestId());
}

// Examples of https://www.w3.org/TR/trace-context/ section 3.2.
TEST(TraceIdOf, ReadsTraceparent) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(TraceIdOf("00-" + id + "-00f067aa0ba902b7-01"), id);
  EXPECT_EQ(TraceIdOf("cc-" + id + "-00f067aa0ba902b7-01-later"), id);
  for (const std::string& wrong :
       {std::string(), id, "00-" + id + "-00f067aa0ba902b7", "ff-" + id + "-00f067aa0ba902b7-01",
        "00-" + id + "-00f067aa0ba902b7-01-x", "00-" + id + "-0000000000000000-01",
        "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
        "00-" + std::string(32, 'G') + "-00f067aa0ba902b7-01"}) {
    EXPECT_EQ(TraceIdOf(wrong), "") << wrong;
  }
}

TEST(CallerDigest, NamesAPersonOnlyToWhoHasTheKey) {
  const CallerDigest digest("key of the operator");
  EXPECT_THAT(digest.Of("https://a", "alice"), ::testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(digest.Of("https://a", "alice"),
            CallerDigest("key of the operator").Of("https://a", "alice"));
  EXPECT_NE(digest.Of("https://a", "alice"), digest.Of("https://a", "bob"));
  EXPECT_NE(digest.Of("https://a", "bc"), digest.Of("https://ab", "c"));
  EXPECT_NE(digest.Of("https://a", "alice"), CallerDigest("another").Of("https://a", "alice"));
  EXPECT_NE(CallerDigest("").Of("https://a", "alice"), CallerDigest("").Of("https://a", "alice"));
}

}  // namespace
}  // namespace cis::server
