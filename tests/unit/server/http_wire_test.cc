// SPDX-License-Identifier: Apache-2.0

// What one connection shows is in tests/component/http_*_test.cc.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/http/wire.h"

namespace cis::server {
namespace {

using Progress = RequestReader::Progress;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr absl::string_view kChunked =
    "POST /a%20b?c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";

TEST(RequestReader, ReadsTheSameInPiecesOfAnySize) {
  for (size_t size = 1; size <= kChunked.size(); ++size) {
    RequestReader reader({});
    EXPECT_TRUE(reader.is_untouched());
    for (size_t begin = 0; begin < kChunked.size(); begin += size) {
      ASSERT_LE(reader.progress(), Progress::kBody) << size;
      reader.Feed(kChunked.substr(begin, size));
    }
    ASSERT_EQ(reader.progress(), Progress::kDone) << size;
    EXPECT_TRUE(reader.keeps_alive());
    const HttpRequest request = reader.TakeRequest();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/a b");
    EXPECT_EQ(request.query, "c");
    EXPECT_EQ(request.body, "abcd");
    EXPECT_THAT(request.headers, Contains(Pair("Host", "x")));
  }
}

TEST(RequestReader, TakesExactlyAsMuchAsItsLimits) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
  RequestLimits limits;
  limits.header_bytes = head.size();
  limits.header_count = 2;
  limits.body_bytes = 3;
  RequestReader reader(limits);
  EXPECT_EQ(reader.Feed(head + "abc"), Progress::kDone);
  --limits.body_bytes;
  RequestReader body(limits);
  ASSERT_EQ(body.Feed(head), Progress::kRefused);
  EXPECT_EQ(body.refusal().status, 413);
  ++limits.body_bytes;
  --limits.header_count;
  RequestReader count(limits);
  ASSERT_EQ(count.Feed(head), Progress::kRefused);
  EXPECT_EQ(count.refusal().status, 431);
  --limits.header_bytes;
  RequestReader header(limits);
  ASSERT_EQ(header.Feed(head), Progress::kRefused);
  EXPECT_EQ(header.refusal().status, 431);
}

TEST(RequestReader, DoesNothingOnceItHasRefused) {
  RequestReader reader({});
  EXPECT_EQ(reader.Feed("\x16"), Progress::kRefused);
  EXPECT_EQ(reader.Feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Progress::kRefused);
  EXPECT_EQ(reader.refusal().status, 400);
  EXPECT_FALSE(reader.keeps_alive());
}

TEST(RequestReader, BytesTooManyEndTheConnection) {
  RequestReader reader({});
  EXPECT_EQ(reader.Feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Progress::kDone);
  EXPECT_TRUE(reader.keeps_alive());
  EXPECT_EQ(reader.Feed("G"), Progress::kDone);
  EXPECT_FALSE(reader.keeps_alive());
}

TEST(ReplyHead, HasTheHeadersOfTheReply) {
  HttpReply reply;
  reply.status = 405;
  reply.headers = {{"Allow", "GET"}, {"Set-Cookie", "a"}, {"Set-Cookie", "b"}};
  reply.body = "text";
  const std::string head = ReplyHead(reply, true);
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(head, HasSubstr("Allow: GET\r\n"));
  EXPECT_THAT(head, HasSubstr("Set-Cookie: a\r\nSet-Cookie: b\r\n"));
  EXPECT_THAT(head, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
}

TEST(ReplyHead, SaysNothingOfABodyThatIsNot) {
  HttpReply reply;
  reply.status = 304;
  EXPECT_FALSE(HasBody(reply.status));
  EXPECT_THAT(ReplyHead(reply, false), HasSubstr("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(ReplyHead(reply, false), Not(HasSubstr("\nContent-")));
}

TEST(ReplyHead, CannotBeSplit) {
  HttpReply reply;
  reply.headers = {{"X", "a\r\n\r\nHTTP/1.1 200 OK"}};
  EXPECT_EQ(ReplyHead(reply, false), "");
  reply.headers = {{"X: a\r\nY", "b"}};
  EXPECT_EQ(ReplyHead(reply, false), "");
  for (const char* name : {"content-length", "Connection", "Transfer-Encoding"}) {
    reply.headers = {{name, "5"}};
    EXPECT_EQ(ReplyHead(reply, false), "") << name;
  }
  reply.headers = {};
  reply.content_type = "text/plain\n";
  EXPECT_EQ(ReplyHead(reply, false), "");
  reply.content_type = "text/plain";
  reply.status = 100;
  EXPECT_EQ(ReplyHead(reply, false), "");
}

}  // namespace
}  // namespace cis::server
