// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/http/connection_book.h"
#include "server/http/http_message.h"
#include "server/http/pages.h"
#include "server/http/target.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Target, IsDecodedOnce) {
  const auto target = ParseTarget("/sites/a%20b/%252F/c%C3%A4?x=%2F&y?z");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->path, "/sites/a b/%2F/c\xc3\xa4");
  EXPECT_EQ(target->query, "x=%2F&y?z");
}

TEST(Target, KeepsASlashAtTheEnd) {
  EXPECT_EQ(ParseTarget("/")->path, "/");
  EXPECT_EQ(ParseTarget("/a/")->path, "/a/");
  EXPECT_EQ(ParseTarget("/a/?")->query, "");
}

TEST(Target, HasOneReadingOnly) {
  for (const char* target :
       {"",      "*",         "a",     "?",    "//",   "//a",       "/a//b",    "/.",
        "/a/..", "/%2e%2e/a", "/%2f",  "/%5C", "/%00", "/%7f",      "/%",       "/%2",
        "/%g0",  "/a b",      "/a\\b", "/a#b", "/%c3", "/\xc3\xa4", "http://a/"}) {
    EXPECT_EQ(ParseTarget(target).status().code(), absl::StatusCode::kInvalidArgument) << target;
  }
}

TEST(ConnectionBook, TheOneOfTheAddressThatWaitsForLongestMakesRoom) {
  ConnectionBook book({3, 2, {}});
  EXPECT_TRUE(book.Admit(1, "a").is_admitted);
  EXPECT_TRUE(book.Admit(2, "b").is_admitted);
  EXPECT_TRUE(book.Admit(3, "b").is_admitted);
  EXPECT_TRUE(book.SetIdle(2));
  const ConnectionBook::Admission of_address = book.Admit(4, "b");
  EXPECT_TRUE(of_address.is_admitted);
  EXPECT_EQ(of_address.evicted, 3U);
  EXPECT_FALSE(book.SetBusy(3));
  const ConnectionBook::Admission of_any = book.Admit(5, "c");
  EXPECT_EQ(of_any.evicted, 1U);
  EXPECT_THAT(book.Ids(), ElementsAre(2, 4, 5));
}

TEST(ConnectionBook, SlowRequestsMakeRoomToo) {
  ConnectionBook book({3, 3, {}});
  for (const ConnectionBook::Id id : {1U, 2U, 3U}) EXPECT_TRUE(book.Admit(id, "a").is_admitted);
  EXPECT_TRUE(book.SetReading(1));  // counts from now
  EXPECT_TRUE(book.SetReading(2));
  EXPECT_THAT(book.IdleIds(), ElementsAre(3));
  EXPECT_EQ(book.Admit(4, "a").evicted, 3U);
  EXPECT_EQ(book.Admit(5, "b").evicted, 1U);
}

TEST(ConnectionBook, BusyOnesStay) {
  ConnectionBook book({3, 1, {}});
  EXPECT_TRUE(book.Admit(1, "a").is_admitted);
  EXPECT_TRUE(book.SetBusy(1));
  EXPECT_TRUE(book.Admit(2, "b").is_admitted);
  // The idle one of another address does not make room at the limit of this address.
  EXPECT_FALSE(book.Admit(3, "a").is_admitted);
  EXPECT_THAT(book.IdleIds(), ElementsAre(2));
  book.Remove(1);
  EXPECT_TRUE(book.Admit(4, "a").is_admitted);
  EXPECT_EQ(book.Evict(), 2U);
  EXPECT_EQ(book.size(), 1U);
}

TEST(ConnectionBook, SomeAddressesHaveNoLimitOfTheirOwn) {
  ConnectionBook book({3, 1, {"proxy"}});
  EXPECT_TRUE(book.Admit(1, "proxy").is_admitted);
  EXPECT_EQ(book.Admit(2, "proxy").evicted, std::nullopt);
  EXPECT_EQ(book.Admit(3, "").evicted, std::nullopt);
  EXPECT_EQ(book.Admit(4, "").evicted, 3U);
  ConnectionBook without({2, 0, {}});
  EXPECT_TRUE(without.Admit(1, "a").is_admitted);
  EXPECT_EQ(without.Admit(2, "a").evicted, std::nullopt);
}

HttpRequest FromLoopback(const std::string& host) {
  HttpRequest request;
  request.peer.address = "127.0.0.1";
  request.peer.is_loopback = true;
  if (!host.empty()) request.headers.emplace_back("host", host);
  return request;
}

TEST(IsFromThisMachine, OverAUnixSocketOrLoopback) {
  for (const char* host : {"", "localhost", "LocalHost:80", "127.0.0.1:9480", "[::1]:80"}) {
    EXPECT_TRUE(IsFromThisMachine(FromLoopback(host))) << host;
  }
  HttpRequest request;
  EXPECT_FALSE(IsFromThisMachine(request));
  request.peer.is_unix = true;
  EXPECT_TRUE(IsFromThisMachine(request));
}

TEST(IsFromThisMachine, NotUnderTheNameOfAWebPageNorThroughAProxy) {
  for (const char* host : {"evil.example.org", "127.0.0.1.evil.example.org", "[2001:db8::1]"}) {
    EXPECT_FALSE(IsFromThisMachine(FromLoopback(host))) << host;
  }
  HttpRequest request = FromLoopback("localhost");
  request.headers.emplace_back("X-Forwarded-For", "192.0.2.1");
  EXPECT_FALSE(IsFromThisMachine(request));
}

TEST(Pages, AnswerGetAndHeadOfFixedPaths) {
  const HttpPages pages = {{"/page", [](const HttpRequest& request) {
                              HttpReply reply;
                              reply.body = request.query;
                              return reply;
                            }}};
  HttpRequest request;
  request.method = "GET";
  request.path = "/page";
  request.query = "q";
  EXPECT_EQ(ReplyOf(pages, request).body, "q");
  request.method = "DELETE";
  EXPECT_EQ(ReplyOf(pages, request).status, 405);
  EXPECT_THAT(ReplyOf(pages, request).headers, ElementsAre(testing::Pair("Allow", "GET, HEAD")));
  request.path = "/page/";
  EXPECT_EQ(ReplyOf(pages, request).status, 404);
  EXPECT_THAT(ReplyOf(pages, request).body, HasSubstr("the pages are: /page"));
}

}  // namespace
}  // namespace cis::server
