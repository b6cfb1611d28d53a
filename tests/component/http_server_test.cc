// SPDX-License-Identifier: Apache-2.0

// The HTTP server over real sockets, with clients that mean well.

#include "server/http/http_server.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

#include "tests/component/http_server_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using HttpServerTest = HttpServerFixture;

TEST_F(HttpServerTest, AnswersSeveralRequestsOnAConnection) {
  StartServer();
  const RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(Get(absl::StrCat("/echo?n=", i), "X-Test: yes\r\n")));
    const std::string reply = client.ReadReply();
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(reply, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
    EXPECT_THAT(reply, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_THAT(reply, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(reply, Not(HasSubstr("Connection:")));
    EXPECT_THAT(reply, EndsWith(absl::StrCat("\r\n\r\nGET n=", i, " yes ")));
  }
}

TEST_F(HttpServerTest, ReadsBodiesOfBothKinds) {
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
  EXPECT_THAT(client.ReadReply(), EndsWith("POST  - hello"));
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
  // Byte by byte, so that each piece of it ends a read.
  for (const char c : chunked) ASSERT_TRUE(client.Send(absl::string_view(&c, 1)));
  EXPECT_THAT(client.ReadReply(), EndsWith("POST  - hello!"));
}

TEST_F(HttpServerTest, SaysContinueBeforeABody) {
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(
      client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                  "Expect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.ReadReply(), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.Send("hello"));
  EXPECT_THAT(client.ReadReply(), EndsWith("hello"));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send("HEAD /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  const std::string reply = client.ReadToEnd();
  EXPECT_THAT(reply, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, ClosesIfTheClientWants) {
  StartServer();
  EXPECT_THAT(Exchange(Get("/echo", "Connection: close\r\n")), HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServerTest, ClosesAfterHttp10WhateverItAsksFor) {
  StartServer();
  EXPECT_THAT(Exchange("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Connection: close\r\n")));
}

TEST_F(HttpServerTest, AnswersTheFirstOfPipelinedRequestsAndCloses) {
  StartServer();
  const std::string reply = Exchange(absl::StrCat(Get("/echo?first"), Get("/echo?second")));
  EXPECT_THAT(reply, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(reply, EndsWith("GET first - "));
}

TEST_F(HttpServerTest, RepliesFromAnotherThreadMuchLater) {
  StartServer();
  const RawClient client = Connect();
  ASSERT_TRUE(client.Send(Get("/hold")));
  const HttpRespond respond = TakeHeld();
  std::thread([&respond] {
    HttpReply reply;
    reply.status = 404;
    respond(reply);
    respond(HttpReply{});  // does not count
  }).join();
  EXPECT_THAT(client.ReadReply(), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  ASSERT_TRUE(client.Send(Get("/echo")));
  EXPECT_THAT(client.ReadReply(), EndsWith("GET  - "));
}

TEST_F(HttpServerTest, BrokenHandlersAreAnErrorOfTheServer) {
  StartServer();
  const RawClient client = Connect();
  for (const char* path : {"/throw", "/drop", "/split"}) {
    ASSERT_TRUE(client.Send(Get(path)));
    const std::string reply = client.ReadReply();
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 500 ")) << path;
    EXPECT_THAT(reply, Not(HasSubstr("broken")));
    EXPECT_THAT(reply, Not(HasSubstr("Set-Cookie")));
  }
}

TEST_F(HttpServerTest, AReplyMayBeCached) {
  StartServer();
  const std::string reply = Exchange(Get("/cached", "Connection: close\r\n"));
  EXPECT_THAT(reply, HasSubstr("Cache-Control: max-age=5\r\n"));
  EXPECT_THAT(reply, Not(HasSubstr("no-store")));
}

TEST_F(HttpServerTest, KnowsItsPeer) {
  StartServer();
  EXPECT_THAT(Exchange(Get("/peer", "Connection: close\r\n")),
              HasSubstr("\r\n\r\n127.0.0.1 unix=0 loopback=1 tls=0"));
}

TEST_F(HttpServerTest, ListensOnAUnixSocket) {
  const TempDir dir;
  const std::string path = dir.File("socket");
  options_.address = "unix:" + path;
  options_.connections.max_per_address = 1;
  StartServer();
  EXPECT_EQ(server_->address(), options_.address);
  const RawClient first = Connect();
  const RawClient second = Connect();
  for (const RawClient* client : {&second, &first}) {
    ASSERT_TRUE(client->Send(Get("/peer")));
    EXPECT_THAT(client->ReadReply(), HasSubstr("\r\n\r\n unix=1 loopback=0 tls=0"));
  }
  const auto taken = HttpServer::Start(options_, [](const auto&, const auto&) {});
  EXPECT_EQ(taken.status().code(), absl::StatusCode::kInvalidArgument);
  server_.reset();
  struct stat file = {};
  EXPECT_NE(stat(path.c_str(), &file), 0) << "the socket file is still there";
}

TEST_F(HttpServerTest, ListensOnAllAddressesOfAName) {
  options_.address = "localhost:0";
  StartServer();
  EXPECT_THAT(server_->address(), StartsWith("localhost:"));
  EXPECT_THAT(Exchange(Get("/peer", "Connection: close\r\n")),
              HasSubstr("\r\n\r\n127.0.0.1 unix=0"));
}

TEST_F(HttpServerTest, ReplacesTheSocketFileOfADeadServer) {
  const TempDir dir;
  options_.address = "unix:" + dir.File("socket");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  dir.File("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(dead);
  StartServer();
  EXPECT_THAT(Exchange(Get("/echo", "Connection: close\r\n")), EndsWith("GET  - "));
}

TEST_F(HttpServerTest, KeepsAFileThatIsNoSocket) {
  const TempDir dir;
  options_.address = "unix:" + dir.File("file");
  std::ofstream(dir.File("file")) << "kept";
  EXPECT_FALSE(HttpServer::Start(options_, [](const auto&, const auto&) {}).ok());
  std::string text;
  std::ifstream(dir.File("file")) >> text;
  EXPECT_EQ(text, "kept");
}

TEST_F(HttpServerTest, AnAddressThatIsTakenIsAnError) {
  StartServer();
  options_.address = server_->address();
  const auto second = HttpServer::Start(options_, [](const auto&, const auto&) {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(server_->address()));
}

TEST_F(HttpServerTest, RefusesInvalidAddresses) {
  for (const char* address :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "[::1]",
        "127.0.0.1:80,127.0.0.1:81", "127.0.0.1:8080s", "127.0.0.1:", "unix:"}) {
    options_.address = address;
    const auto server = HttpServer::Start(options_, [](const auto&, const auto&) {});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

// On a Unix socket: another process may get a port as soon as it is free.
TEST_F(HttpServerTest, DrainsAfterTheRequestsInProgress) {
  const TempDir dir;
  options_.address = "unix:" + dir.File("socket");
  StartServer();
  const std::string address = server_->address();
  const RawClient idle = Connect();
  ASSERT_TRUE(idle.Send(Get("/echo")));
  EXPECT_THAT(idle.ReadReply(), EndsWith("GET  - "));
  const RawClient busy = Connect();
  ASSERT_TRUE(busy.Send(Get("/hold")));
  const HttpRespond respond = TakeHeld();
  std::thread drain([this] { server_->Drain(absl::Seconds(60)); });
  EXPECT_EQ(idle.ReadToEnd(), "");  // so the drain has begun
  respond(HttpReply{});
  EXPECT_THAT(busy.ReadToEnd(), HasSubstr("Connection: close\r\n"));
  busy.EndSending();
  drain.join();
  EXPECT_FALSE(RawClient(address).Connect());
}

TEST_F(HttpServerTest, DrainEndsWithItsGrace) {
  StartServer();
  const RawClient busy = Connect();
  ASSERT_TRUE(busy.Send(Get("/hold")));
  const HttpRespond respond = TakeHeld();
  server_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(busy.ReadToEnd(), "");
  server_.reset();
  respond(HttpReply{});  // without a server, it does nothing
}

// The limit of descriptors of this process, for the time of a test.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low = {limit, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
  }
  ~DescriptorLimit() {
    Release();
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  // Takes all descriptors that are left.
  void Exhaust() {
    for (int fd = 0; (fd = dup(0)) >= 0;) taken_.push_back(fd);
    ASSERT_EQ(errno, EMFILE);
  }
  void Release() {
    for (const int fd : taken_) close(fd);
    taken_.clear();
  }

 private:
  rlimit before_ = {};
  std::vector<int> taken_;
};

TEST_F(HttpServerTest, AnswersWithoutDescriptorsAndRecovers) {
  StartServer();
  std::vector<RawClient> clients;
  for (int i = 0; i < 6; ++i) clients.emplace_back(server_->address());
  DescriptorLimit limit(200);
  limit.Exhaust();
  // Each has to make room for the next: there is one descriptor for all.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(clients[static_cast<size_t>(i)].Connect());
    ASSERT_TRUE(clients[static_cast<size_t>(i)].Send(Get("/echo")));
    EXPECT_THAT(clients[static_cast<size_t>(i)].ReadReply(), EndsWith("GET  - ")) << i;
  }
  EXPECT_EQ(clients[0].ReadToEnd(), "");
  limit.Release();
  for (size_t i = 3; i < clients.size(); ++i) {
    ASSERT_TRUE(clients[i].Connect());
    ASSERT_TRUE(clients[i].Send(Get("/echo")));
    EXPECT_THAT(clients[i].ReadReply(), EndsWith("GET  - "));
  }
}

}  // namespace
}  // namespace cis::server
