// SPDX-License-Identifier: Apache-2.0

// What the transport does when sites misbehave.

#include <zlib.h>

#include <atomic>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/component/http_fixture.h"

namespace cis::crawler {
namespace {

using Then = LoopbackReply::Then;
using testing::HasSubstr;

std::string Gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// Answers request number n (over all connections) with replies[n], repeating the last one.
LoopbackServer::Handler Script(std::vector<LoopbackReply> replies) {
  auto next = std::make_shared<std::atomic<size_t>>(0);
  return [replies = std::move(replies), next](const LoopbackRequest&) {
    return replies[std::min(next->fetch_add(1), replies.size() - 1)];
  };
}

TEST_F(HttpTest, DecodesGzip) {
  const std::string text(100000, 'a');
  LoopbackServer server(Script({{HttpAnswer(200, Gzip(text), "Content-Encoding: gzip\r\n")}}));
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, text);
  EXPECT_THAT(server.requests().at(0).Header("Accept-Encoding"), HasSubstr("gzip"));
  EXPECT_LT(transport().stats().wire_bytes, 1000);
  EXPECT_EQ(transport().stats().body_bytes, 100000);
}

TEST_F(HttpTest, StopsAGzipBombAtTheLimit) {
  LoopbackServer server(
      Script({{HttpAnswer(200, Gzip(std::string(8 << 20, 'a')), "Content-Encoding: gzip\r\n")}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.max_body_bytes = 1 << 20;
  const auto answer = Fetch(std::move(request));
  EXPECT_EQ(CodeAndClass(answer), "RESOURCE_EXHAUSTED limit");
  EXPECT_THAT(answer.status().message(), HasSubstr("1048576"));
  EXPECT_EQ(transport().stats().limit_hits.at("body-bytes"), 1);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpTest, StopsAGzipBombLongBeforeTheLimitOfABody) {
  LoopbackServer server(
      Script({{HttpAnswer(200, Gzip(std::string(24 << 20, 'a')), "Content-Encoding: gzip\r\n")}}));
  const auto answer = Get(server.Url("/"));
  EXPECT_EQ(CodeAndClass(answer), "RESOURCE_EXHAUSTED limit");
  EXPECT_THAT(answer.status().message(), HasSubstr("100 times"));
  EXPECT_EQ(transport().stats().limit_hits.at("gzip-ratio"), 1);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpTest, TakesALongListThatShrinksALot) {
  std::string list;
  for (int i = 0; list.size() < (16 << 20); ++i) {
    absl::StrAppend(&list, "{\"id\":\"", absl::Hex(i * 2654435761U, absl::kZeroPad8),
                    "\",\"status\":\"active\",\"visibility\":\"public\",\"tags\":[]},");
  }
  LoopbackServer server(Script({{HttpAnswer(200, Gzip(list), "Content-Encoding: gzip\r\n")}}));
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body.size(), list.size());
}

TEST_F(HttpTest, TakesABodyOfExactlyTheLimit) {
  LoopbackServer server(Script({{HttpAnswer(200, std::string(1000, 'x'))}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.max_body_bytes = 1000;
  EXPECT_EQ(CodeAndClass(Fetch(request)), "OK none");
  request.max_body_bytes = 999;
  EXPECT_EQ(CodeAndClass(Fetch(request)), "RESOURCE_EXHAUSTED limit");
}

TEST_F(HttpTest, StopsAnEndlessBody) {
  const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
  LoopbackServer server([&](const LoopbackRequest&) {
    return LoopbackReply{absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", chunk), Then::kRepeat};
  });
  HttpRequest request;
  request.url = server.Url("/");
  request.max_body_bytes = 1 << 20;
  EXPECT_EQ(CodeAndClass(Fetch(std::move(request))), "RESOURCE_EXHAUSTED limit");
}

TEST_F(HttpTest, StopsHugeHeaders) {
  const std::string one_line = absl::StrCat("X: ", std::string(200000, 'x'), "\r\n");
  std::string many_lines;
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&many_lines, "X-", i, ": 0123456789012345\r\n");
  LoopbackServer server(
      Script({{HttpAnswer(200, "", one_line)}, {HttpAnswer(200, "", many_lines)}}));
  EXPECT_EQ(CodeAndClass(Get(server.Url("/"))), "RESOURCE_EXHAUSTED limit");
  EXPECT_EQ(CodeAndClass(Get(server.Url("/"))), "RESOURCE_EXHAUSTED limit");
  EXPECT_EQ(transport().stats().limit_hits.at("header-bytes"), 2);
}

TEST_F(HttpTest, StopsEndlessHeaders) {
  LoopbackServer server([](const LoopbackRequest&) {
    return LoopbackReply{"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n", Then::kRepeat};
  });
  EXPECT_EQ(CodeAndClass(Get(server.Url("/"))), "RESOURCE_EXHAUSTED limit");
}

TEST_F(HttpTest, ASecondTryRecoversFromATruncatedBody) {
  LoopbackServer server(
      Script({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Then::kClose},
              {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal", Then::kClose},
              {HttpAnswer(200, "whole")}}));
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "whole");
  EXPECT_EQ(answer->try_count, 3);
  EXPECT_EQ(transport().stats().retry_count, 2);
}

TEST_F(HttpTest, ABodyThatIsAlwaysTruncatedIsDataLoss) {
  LoopbackServer server(
      Script({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Then::kClose}}));
  const auto answer = Get(server.Url("/x?token=abc"));
  EXPECT_EQ(CodeAndClass(answer), "DATA_LOSS connect");
  EXPECT_THAT(answer.status().message(), HasSubstr("4 bytes"));
  EXPECT_THAT(answer.status().message(), HasSubstr("/x?token=***"));
  EXPECT_THAT(answer.status().message(), HasSubstr("4 attempts"));
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(HttpTest, ATruncatedGzipStreamIsAnError) {
  const std::string whole = Gzip("some text that is long enough to be cut in the middle");
  LoopbackServer server(
      Script({{HttpAnswer(200, "this is no gzip", "Content-Encoding: gzip\r\n")}}));
  EXPECT_EQ(CodeAndClass(Get(server.Url("/"))), "DATA_LOSS parse");
}

TEST_F(HttpTest, NoAnswerIsATimeoutAfterTwoTries) {
  LoopbackServer server(Script({{"", Then::kHang}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.timeout = absl::Milliseconds(60);
  const auto answer = Fetch(std::move(request));
  EXPECT_EQ(CodeAndClass(answer), "DEADLINE_EXCEEDED timeout");
  EXPECT_THAT(answer.status().message(), HasSubstr("60ms"));
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpTest, ASlowDripIsATimeout) {
  LoopbackReply drip{HttpAnswer(200, std::string(500, 'x'))};
  drip.drip = absl::Milliseconds(5);
  LoopbackServer server(Script({drip, {HttpAnswer(200, "quick")}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.timeout = absl::Milliseconds(150);
  const auto answer = Fetch(std::move(request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "quick");
  EXPECT_EQ(answer->try_count, 2);
}

TEST_F(HttpTest, TheDeadlineOfARequestBoundsAllItsTries) {
  LoopbackServer server(Script({{"", Then::kHang}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.deadline = absl::Milliseconds(50);
  EXPECT_EQ(CodeAndClass(Fetch(std::move(request))), "DEADLINE_EXCEEDED timeout");
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(transport().stats().limit_hits.at("request-time"), 1);
}

TEST_F(HttpTest, WaitsForRetryAfterAndTriesAgain) {
  TransportOptions options = QuickOptions();
  options.backoff.base = absl::Milliseconds(1);
  options.backoff.retry_after_cap = absl::Milliseconds(120);
  transport(options);
  LoopbackServer server(
      Script({{HttpAnswer(429, "slow down", "Retry-After: 7\r\n")}, {HttpAnswer(200, "ok")}}));
  const absl::Time start = absl::Now();
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->try_count, 2);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(120));
}

TEST_F(HttpTest, RetryAfterHoldsBackTheWholeEndpoint) {
  TransportOptions options = QuickOptions();
  options.max_in_flight_per_key = 1;
  options.backoff.retry_after_cap = absl::Milliseconds(50);
  transport(options);
  LoopbackServer server(
      Script({{HttpAnswer(429, "", "Retry-After: 1\r\n")}, {HttpAnswer(200, "")}}));
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    HttpRequest request;
    request.url = server.Url(absl::StrCat("/", i));
    transport().Send(std::move(request), [&order, i](auto answer) {
      EXPECT_EQ(answer->status, 200);
      order.push_back(i);
    });
  }
  EXPECT_TRUE(Run().ok());
  // The first one is retried first, and no other request was sent in between.
  EXPECT_EQ(order, std::vector<int>({0, 1, 2}));
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(HttpTest, ARetryThatWouldComeAfterTheDeadlineIsNotWaitedFor) {
  TransportOptions options = QuickOptions();
  options.backoff.retry_after_cap = absl::Seconds(60);
  transport(options);
  LoopbackServer server(Script({{HttpAnswer(503, "down", "Retry-After: 50\r\n")}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.deadline = absl::Seconds(20);
  const auto answer = Fetch(std::move(request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "down");
}

TEST_F(HttpTest, TriesAgainAfter503) {
  LoopbackServer server(Script({{HttpAnswer(503, "")}, {HttpAnswer(200, "ok")}}));
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->try_count, 2);
}

TEST_F(HttpTest, AStatusThatRemainsIsAnAnswer) {
  LoopbackServer server(Script({{HttpAnswer(502, "<html>", "")}}));
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 502);
  EXPECT_EQ(answer->try_count, 4);
}

TEST_F(HttpTest, DoesNotRepeatClientErrors) {
  for (const int status : {400, 401, 403, 404, 409, 500, 501}) {
    LoopbackServer server(Script({{HttpAnswer(status, "")}}));
    EXPECT_EQ(Get(server.Url("/"))->status, status);
    EXPECT_EQ(server.requests().size(), 1u) << status;
  }
}

TEST_F(HttpTest, DoesNotRepeatWhatIsNotIdempotent) {
  LoopbackServer server(Script({{HttpAnswer(503, "")}, {"", Then::kClose}}));
  HttpRequest request;
  request.method = "POST";
  request.url = server.Url("/");
  request.idempotent = false;
  EXPECT_EQ(Fetch(request)->status, 503);
  EXPECT_EQ(CodeAndClass(Fetch(request)), "UNAVAILABLE connect");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpTest, AnIdleConnectionThatWasClosedCostsNoTry) {
  // Every second request of a connection finds it closed, as when its idle time has just run out.
  LoopbackServer server([](const LoopbackRequest& request) {
    if (request.index > 0) return LoopbackReply{"", Then::kClose};
    return LoopbackReply{HttpAnswer(200, "ok")};
  });
  TransportOptions options = QuickOptions();
  options.backoff.max_tries = 1;
  transport(options);
  for (int i = 0; i < 5; ++i) {
    const auto answer = Get(server.Url("/"));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->try_count, 1);
  }
  EXPECT_EQ(transport().stats().retry_count, 0);
}

TEST_F(HttpTest, ANewConnectionThatIsClosedWithoutAnswerIsTriedAgain) {
  LoopbackServer server(Script({{"", Then::kClose}, {HttpAnswer(200, "ok")}}));
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->try_count, 2);
}

TEST_F(HttpTest, NoConnectionIsUnavailableAndNamesThePort) {
  std::string url;
  int port = 0;
  {
    LoopbackServer gone([](const LoopbackRequest&) { return LoopbackReply{}; });
    url = gone.Url("/v3");
    port = gone.port();
  }
  const auto answer = Get(url);
  EXPECT_EQ(CodeAndClass(answer), "UNAVAILABLE connect");
  EXPECT_THAT(answer.status().message(), HasSubstr(absl::StrCat("127.0.0.1:", port)));
  EXPECT_THAT(answer.status().message(), HasSubstr("refused"));
}

TEST_F(HttpTest, AnUnknownNameIsADnsError) {
  EXPECT_EQ(CodeAndClass(Get("http://no-such-host.invalid/")), "UNAVAILABLE dns");
}

TEST_F(HttpTest, WhatIsNotHttpIsAParseError) {
  LoopbackServer server(Script({{"SSH-2.0-OpenSSH_9.2\r\n", Then::kClose}}));
  EXPECT_EQ(CodeAndClass(Get(server.Url("/"))), "UNAVAILABLE parse");
}

TEST_F(HttpTest, PlainHttpBehindAnHttpsUrlIsATlsError) {
  LoopbackServer server(Script({{"HTTP/1.1 400 Bad Request\r\n\r\n", Then::kClose}}));
  // The server waits for the end of a header that a TLS greeting never has; the deadline ends it.
  HttpRequest request;
  request.url = absl::StrCat("https://127.0.0.1:", server.port(), "/");
  request.ca_file = "/no/such/ca.pem";
  const auto answer = Fetch(std::move(request));
  EXPECT_EQ(CodeAndClass(answer), "FAILED_PRECONDITION tls");
  EXPECT_THAT(answer.status().message(), HasSubstr("/no/such/ca.pem"));
}

// How often a limit was hit.
int64_t Hits(const CurlTransport& transport, Limit limit) {
  const LimitHits hits = transport.limit_hits();
  const auto it = hits.find(std::string(FormatLimit(limit)));
  return it == hits.end() ? 0 : it->second;
}

TEST_F(HttpTest, CountsTriesThatTakeTooLong) {
  LoopbackServer server(Script({{"", Then::kHang}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.timeout = absl::Milliseconds(60);
  Fetch(std::move(request)).IgnoreError();
  EXPECT_EQ(Hits(transport(), Limit::kTryTime), 2);
}

TEST_F(HttpTest, CountsAStall) {
  TransportOptions options = QuickOptions();
  options.tries.stall_timeout = absl::Seconds(1);
  options.backoff.max_timeouts = 1;
  transport(options);
  LoopbackServer server(Script({{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", Then::kHang}}));
  EXPECT_EQ(CodeAndClass(Get(server.Url("/"))), "DEADLINE_EXCEEDED timeout");
  EXPECT_EQ(Hits(transport(), Limit::kStallTime), 1);
}

TEST_F(HttpTest, CountsAConnectionThatIsNotMade) {
  TransportOptions options = QuickOptions();
  options.tries.connect_timeout = absl::Milliseconds(100);
  transport(options);
  // Accepts connections, and never answers the greeting of TLS: a connection counts as made when
  // both are done.
  LoopbackServer server(Script({{"", Then::kHang}}));
  EXPECT_EQ(CodeAndClass(Get(absl::StrCat("https://127.0.0.1:", server.port(), "/"))),
            "UNAVAILABLE connect");
  EXPECT_EQ(Hits(transport(), Limit::kConnectTime), 2);
}

TEST_F(HttpTest, CountsRequestsThatRunOutOfTries) {
  LoopbackServer server(Script({{HttpAnswer(503, "")}}));
  EXPECT_EQ(Get(server.Url("/"))->status, 503);
  EXPECT_EQ(Hits(transport(), Limit::kTries), 1);
}

TEST_F(HttpTest, CountsARetryAfterThatIsCut) {
  LoopbackServer server(
      Script({{HttpAnswer(503, "", "Retry-After: 86400\r\n")}, {HttpAnswer(200, "ok")}}));
  EXPECT_EQ(Get(server.Url("/"))->status, 200);
  EXPECT_EQ(Hits(transport(), Limit::kRetryAfter), 1);
}

TEST_F(HttpTest, CountsRequestsThatTheRunsDeadlineEnds) {
  LoopbackServer server(Script({{"", Then::kHang}}));
  for (int i = 0; i < 3; ++i) {
    HttpRequest request;
    request.url = server.Url("/");
    transport().Send(std::move(request),
                     [](auto end) { EXPECT_EQ(GetLimit(end.status()), Limit::kShareTime); });
  }
  transport().Run(clock_.Steady() + absl::Milliseconds(50)).IgnoreError();
  EXPECT_EQ(Hits(transport(), Limit::kShareTime), 3);
}

TEST_F(HttpTest, CountsRedirectsToOtherOrigins) {
  LoopbackServer elsewhere(Script({{HttpAnswer(200, "")}}));
  LoopbackServer server(
      Script({{HttpAnswer(302, "", absl::StrCat("Location: ", elsewhere.Url("/"), "\r\n"))}}));
  HttpRequest request;
  request.url = server.Url("/");
  request.headers = {{"X-Auth-Token", "secret"}};
  const auto answer = Fetch(std::move(request));
  EXPECT_EQ(GetLimit(answer.status()), Limit::kRedirectOrigin);
  EXPECT_EQ(Hits(transport(), Limit::kRedirectOrigin), 1);
  EXPECT_EQ(elsewhere.connection_count(), 0);
}

TEST_F(HttpTest, ConnectsToNoInternalAddressUnlessConfigured) {
  LoopbackServer server(Script({{HttpAnswer(200, "ok")}}));
  int64_t hits = 0;
  for (const char* host : {"127.0.0.1", "0.0.0.0", "localhost", "[::ffff:127.0.0.1]", "[::1]"}) {
    HttpRequest request;
    request.url = absl::StrCat("http://", host, ":", server.port(), "/");
    request.allow_loopback = false;
    EXPECT_EQ(CodeAndClass(Fetch(std::move(request))), "FAILED_PRECONDITION policy") << host;
    EXPECT_GT(Hits(transport(), Limit::kInwardAddress), hits) << host;
    hits = Hits(transport(), Limit::kInwardAddress);
  }
  EXPECT_EQ(server.connection_count(), 0) << "not even a port can be looked at";
}

TEST_F(HttpTest, AnOpenConnectionDoesNotBypassTheRuleAgainstInternalAddresses) {
  LoopbackServer server(Script({{HttpAnswer(200, "ok")}}));
  EXPECT_TRUE(Get(server.Url("/")).ok());
  HttpRequest request;
  request.url = server.Url("/");
  request.allow_loopback = false;
  EXPECT_EQ(CodeAndClass(Fetch(std::move(request))), "FAILED_PRECONDITION policy");
  EXPECT_EQ(server.requests().size(), 1u);
}

// A clock that is set to another time whenever it is read.
class JumpingClock : public Clock {
 public:
  explicit JumpingClock(absl::Duration jump) : jump_(jump) {}
  absl::Time Now() const override { return absl::Now() + jump_ * ++reads_; }
  absl::Time Steady() const override { return SystemClock().Steady(); }

 private:
  const absl::Duration jump_;
  mutable int reads_ = 0;
};

TEST(HttpClock, AJumpOfTheClockEndsNoRequest) {
  for (const absl::Duration jump : {absl::Hours(24 * 365), absl::Hours(-24 * 365)}) {
    const JumpingClock clock(jump);
    auto transport = CurlTransport::Create(QuickOptions(), &clock);
    ASSERT_TRUE(transport.ok());
    LoopbackServer server(
        Script({{HttpAnswer(503, "", "Retry-After: 1\r\n")}, {HttpAnswer(200, "ok")}}));
    HttpRequest request;
    request.url = server.Url("/");
    int status = 0;
    (*transport)->Send(std::move(request), [&](auto answer) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      status = answer->status;
    });
    EXPECT_TRUE((*transport)->Run(clock.Steady() + absl::Seconds(30)).ok());
    EXPECT_EQ(status, 200);
  }
}

}  // namespace
}  // namespace cis::crawler
