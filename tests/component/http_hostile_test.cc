// SPDX-License-Identifier: Apache-2.0

// The HTTP server over real sockets, with clients that do not mean well.

#include <vector>

#include "absl/strings/str_replace.h"
#include "tests/component/http_server_fixture.h"

namespace cis::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using HttpHostileTest = HttpServerFixture;

struct Refused {
  std::string request;
  int status;
};

std::string Post(absl::string_view headers, absl::string_view body = "") {
  return absl::StrCat("POST /echo HTTP/1.1\r\nHost: a\r\n", headers, "\r\n\r\n", body);
}

std::string Chunks(absl::string_view body) { return Post("Transfer-Encoding: chunked", body); }

std::string Header(absl::string_view line) { return Get("/echo", absl::StrCat(line, "\r\n")); }

// What follows is a second request for a server that reads the first one differently.
constexpr absl::string_view kSecond = "GET /echo?smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(HttpHostileTest, RefusesWhatCouldBeReadDifferently) {
  StartServer();
  const std::vector<Refused> refused = {
      // Length and encoding.
      {Post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nX"), 400},
      {Post("Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\nX"), 400},
      {Post("Content-Length: 0\r\nContent-Length: 5", "hello"), 400},
      {Post("Content-Length: 5\r\nContent-Length: 5", "hello"), 400},
      {Post("Content-Length: 5, 5", "hello"), 400},
      {Post("Content-Length: +5", "hello"), 400},
      {Post("Content-Length: -5", "hello"), 400},
      {Post("Content-Length: 0x5", "hello"), 400},
      {Post("Content-Length: 5 5", "hello"), 400},
      {Post("Content-Length: ", "hello"), 400},
      {Post("Content-Length: 99999999999999999999999", "hello"), 400},
      {Post("Content-Length : 5", "hello"), 400},
      {Post("Transfer-Encoding: identity", "hello"), 501},
      {Post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501},
      {Post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"), 501},
      {Post("Transfer-Encoding: xchunked", "0\r\n\r\n"), 501},
      {Post("Transfer-Encoding: identity\r\nContent-Length: 5", "hello"), 501},
      {Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
      {Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"), 400},
      {Post("Transfer-Encoding : chunked", "0\r\n\r\n"), 400},
      {Post("Transfer-Encoding:\x0b"
            "chunked",
            "0\r\n\r\n"),
       400},
      {"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // Chunks.
      {Chunks("x\r\n\r\n"), 400},
      {Chunks("-1\r\nX\r\n0\r\n\r\n"), 400},
      {Chunks("0x1\r\nX\r\n0\r\n\r\n"), 400},
      {Chunks("1 \r\nX\r\n0\r\n\r\n"), 400},
      {Chunks("1;name=value\r\nX\r\n0\r\n\r\n"), 400},
      {Chunks("0;name\r\n\r\n"), 400},
      {Chunks("1\r\nXY\r\n0\r\n\r\n"), 400},
      {Chunks("1\nX\r\n0\r\n\r\n"), 400},
      {Chunks("1\r\nX0\r\n\r\n"), 400},
      {Chunks("ffffffffffffffffff\r\nX\r\n"), 400},
      {Chunks(std::string(70, '0')), 400},
      {Chunks("0\r\nX-Late: 1\r\n\r\n"), 400},
      {Chunks("0\r\nContent-Length: 3\r\n\r\n"), 400},
      // Lines.
      {Header("X: a\r\n b"), 400},
      {Header("X: a\r\n\tb"), 400},
      {Header(std::string("X: a\0b", 6)), 400},
      {Header("X: a\x01"), 400},
      {Header("X: a\x7f"), 400},
      {Header("X: a\rb"), 400},
      {Header("X: a\nY: b"), 400},
      {Header("X"), 400},
      {Header(": a"), 400},
      {Header("X Y: a"), 400},
      {Header("X\xc3\xa4: a"), 400},
      {"\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {" GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /echo  HTTP/1.1\r\nHost: a\r\n\r\n", 505},
      {"GET /echo HTTP/1.1 \r\nHost: a\r\n\r\n", 505},
      {"GET /echo\r\nHost: a\r\n\r\n", 400},
      {"GET /echo http/1.1\r\nHost: a\r\n\r\n", 505},
      {"GET /echo HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},  // TLS
      {"nonsense\r\n\r\n", 400},
      // Host.
      {"GET /echo HTTP/1.1\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      // Other headers of which there is one.
      {Header("Authorization: a\r\nAuthorization: b"), 400},
      {Header("Expect: 200-ok"), 417},
      {"POST /echo HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", 417},
      // Methods and targets.
      {"FOO /echo HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"get /echo HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"TRACE /echo HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {Get("http://a/echo"), 400},
      {Get("http:/echo"), 400},
      {Get("echo"), 400},
      {Get("//echo"), 400},
      {Get("/echo/../metrics"), 400},
      {Get("/echo/./x"), 400},
      {Get("/echo/%2e%2E/x"), 400},
      {Get("/echo%2f.."), 400},
      {Get("/echo%5c"), 400},
      {Get("/echo\\"), 400},
      {Get("/echo%00"), 400},
      {Get("/echo%0d%0aX"), 400},
      {Get("/echo%zz"), 400},
      {Get("/echo%4"), 400},
      {Get("/echo#x"), 400},
      {Get("/echo\xc3\xa4"), 400},
      {Get("/echo%ff"), 400},
      // Sizes.
      {Header(absl::StrCat("X: ", std::string(20000, 'x'))), 431},
      {Get("/" + std::string(20000, 'x')), 431},
      {Header(absl::StrReplaceAll(std::string(101, '.'), {{".", "X: y\r\n"}}) + "Z: z"), 431},
      {Post("Content-Length: 1048577"), 413},
      {Post("Content-Length: 1048577\r\nExpect: 100-continue"), 413},
      {Chunks("100001\r\n"), 413},
      {Chunks(absl::StrCat("1\r\nX\r\n100000\r\n")), 413},
  };
  for (const Refused& bad : refused) {
    SCOPED_TRACE(bad.request.substr(0, 200));
    const RawClient client = Connect();
    client.Send(absl::StrCat(bad.request, kSecond));
    const std::string reply = client.ReadToEnd();
    EXPECT_THAT(reply, StartsWith(absl::StrCat("HTTP/1.1 ", bad.status, " ")));
    EXPECT_THAT(reply, HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(reply.find("\r\n\r\n"), reply.rfind("\r\n\r\n")) << "more than one reply: " << reply;
    EXPECT_FALSE(absl::StrContains(reply, "smuggled")) << reply;
  }
  EXPECT_THAT(Exchange(Get("/echo", "Connection: close\r\n")), EndsWith("GET  - "));
}

TEST_F(HttpHostileTest, TakesWhatIsUnusualButClear) {
  StartServer();
  const std::vector<std::pair<std::string, std::string>> taken = {
      {Get("/%65cho?a=%2F../b", "X-Test: \xc3\xa4\r\n"), "GET a=%2F../b \xc3\xa4 "},
      {Get("/echo", "x-test:yes\r\n"), "GET  yes "},
      {Get("/echo", "X-Test: \t yes \t\r\n"), "GET  yes "},
      {Get("/echo", "Transfer-Encoding: Chunked\r\n") + "0\r\n\r\n", "GET  - "},
      {Chunks("00A\r\n0123456789\r\n0\r\n\r\n"), "POST  - 0123456789"},
      {Post("Content-Length: 0"), "POST  - "},
      {"DELETE /echo HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "DELETE  - "},
  };
  const RawClient client = Connect();
  for (const auto& [request, reply] : taken) {
    ASSERT_TRUE(client.Send(request));
    EXPECT_THAT(client.ReadReply(), EndsWith(absl::StrCat("\r\n\r\n", reply))) << request;
  }
}

TEST_F(HttpHostileTest, AClientGetsItsRefusalWhileItStillSends) {
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send(Post("Content-Length: 9000000")));
  client.Send(std::string(500000, 'x'));
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 413 "));
}

// Sends a byte every few milliseconds until the server has closed the connection.
void Trickle(const RawClient& client, char byte) {
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!client.IsReadable(5)) {
    ASSERT_LT(absl::Now(), end) << "it is not cut off";
    client.Send(absl::string_view(&byte, 1));
  }
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(HttpHostileTest, CutsOffAHeaderThatNeverEnds) {
  options_.times.header = absl::Milliseconds(100);
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send("GET /echo HTTP/1.1\r\nX: "));
  Trickle(client, 'x');
}

TEST_F(HttpHostileTest, CutsOffTheSecondHeaderToo) {
  options_.times.header = absl::Milliseconds(100);
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send(Get("/echo")));
  EXPECT_THAT(client.ReadReply(), EndsWith("GET  - "));
  ASSERT_TRUE(client.Send("GET /echo HTTP/1.1\r\nX: "));
  Trickle(client, 'x');
}

TEST_F(HttpHostileTest, CutsOffASilentClient) {
  options_.times.header = absl::Milliseconds(50);
  StartServer();
  EXPECT_EQ(Connect().ReadToEnd(), "");
}

TEST_F(HttpHostileTest, CutsOffASlowBody) {
  options_.times.body = absl::Milliseconds(100);
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send(Post("Content-Length: 100000")));
  Trickle(client, 'x');
}

TEST_F(HttpHostileTest, ClosesIdleConnections) {
  options_.times.idle = absl::Milliseconds(50);
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send(Get("/echo")));
  EXPECT_THAT(client.ReadReply(), EndsWith("GET  - "));
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(HttpHostileTest, CutsOffAClientThatDoesNotReadItsReply) {
  options_.times.reply = absl::Milliseconds(100);
  options_.connections.max = 1;
  StartServer();
  const RawClient slow = Connect();
  ASSERT_TRUE(slow.Send(Get("/big")));
  // There is room for another connection only once that one is closed.
  const absl::Time end = absl::Now() + absl::Seconds(20);
  std::string reply;
  while (reply.empty()) {
    ASSERT_LT(absl::Now(), end) << "it is not cut off";
    const RawClient next = Connect();
    next.Send(Get("/echo", "Connection: close\r\n"));
    reply = next.ReadToEnd();
  }
  EXPECT_THAT(reply, EndsWith("GET  - "));
  EXPECT_LT(slow.ReadToEnd().size(), 64U << 20);
}

TEST_F(HttpHostileTest, TheLongestIdleConnectionOfAnAddressMakesRoom) {
  options_.connections.max_per_address = 2;
  // With more threads, a connection may become idle after the client has read its reply and gone
  // on.
  options_.thread_count = 1;
  StartServer();
  std::vector<RawClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(Connect());
    ASSERT_TRUE(clients.back().Send(Get("/echo")));
    EXPECT_THAT(clients.back().ReadReply(), EndsWith("GET  - "));
  }
  ASSERT_TRUE(clients[0].Send(Get("/echo")));  // now the other one is idle for longer
  EXPECT_THAT(clients[0].ReadReply(), EndsWith("GET  - "));
  const RawClient third = Connect();
  ASSERT_TRUE(third.Send(Get("/echo")));
  EXPECT_THAT(third.ReadReply(), EndsWith("GET  - "));
  EXPECT_EQ(clients[1].ReadToEnd(), "");
  ASSERT_TRUE(clients[0].Send(Get("/echo")));
  EXPECT_THAT(clients[0].ReadReply(), EndsWith("GET  - "));
}

TEST_F(HttpHostileTest, SlowRequestsKeepNobodyOut) {
  options_.connections.max_per_address = 2;
  StartServer();
  const RawClient header = Connect();
  ASSERT_TRUE(header.Send("GET /echo HTTP/1.1\r\nX: "));
  const RawClient body = Connect();
  ASSERT_TRUE(body.Send(Post("Content-Length: 5\r\nExpect: 100-continue")));
  EXPECT_THAT(body.ReadReply(), HasSubstr("100 Continue"));
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(Exchange(Get("/echo", "Connection: close\r\n")), EndsWith("GET  - ")) << i;
  }
  EXPECT_EQ(header.ReadToEnd(), "");
}

TEST_F(HttpHostileTest, BusyConnectionsMakeNoRoom) {
  options_.connections.max_per_address = 1;
  StartServer();
  const RawClient busy = Connect();
  ASSERT_TRUE(busy.Send(Get("/hold")));
  const HttpRespond respond = TakeHeld();
  EXPECT_EQ(Connect().ReadToEnd(), "");
  respond(HttpReply{});
  EXPECT_THAT(busy.ReadReply(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpHostileTest, ProxiesHaveNoLimitOfTheirOwn) {
  options_.connections.max_per_address = 1;
  options_.connections.uncapped_addresses = {"127.0.0.1"};
  StartServer();
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(Connect());
  for (const RawClient& client : clients) {
    ASSERT_TRUE(client.Send(Get("/echo")));
    EXPECT_THAT(client.ReadReply(), EndsWith("GET  - "));
  }
}

}  // namespace
}  // namespace cis::server
