// SPDX-License-Identifier: Apache-2.0

// The monitoring port over real sockets.

#include "server/monitor/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Sends `request` to 127.0.0.1 and returns all that comes back.
std::string Exchange(const HttpServer& server, const std::string& request) {
  int port = 0;
  if (!absl::SimpleAtoi(server.address().substr(server.address().rfind(':') + 1), &port)) return "";
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t n = 0; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(n));
    }
  }
  close(fd);
  return answer;
}

std::string Request(absl::string_view method, absl::string_view path) {
  return absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

HttpPages OnePage() {
  HttpPages pages;
  pages["/page"] = [] {
    HttpReply reply;
    reply.body = "hello\n";
    return reply;
  };
  return pages;
}

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<HttpServer>> server =
        HttpServer::Start("127.0.0.1:0", OnePage());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ServesItsPages) {
  const std::string answer = Exchange(*server_, Request("GET", "/page"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nhello\n"));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  const std::string answer = Exchange(*server_, Request("HEAD", "/page"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, ServesNoOtherPath) {
  EXPECT_THAT(Exchange(*server_, Request("GET", "/etc/passwd")), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Exchange(*server_, Request("GET", "/")), HasSubstr("the pages are: /page"));
  EXPECT_THAT(Exchange(*server_, Request("GET", "/page/../../etc/passwd")),
              StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Exchange(*server_, Request("DELETE", "/page")), HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(HttpServerTest, SurvivesGarbage) {
  EXPECT_THAT(Exchange(*server_, "nonsense\r\n\r\n"), HasSubstr("400"));
  EXPECT_THAT(Exchange(*server_, Request("GET", "/page")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, AnAddressThatIsTakenIsAnError) {
  const auto second = HttpServer::Start(server_->address(), OnePage());
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(server_->address()));
}

TEST(HttpServer, RefusesInvalidAddresses) {
  for (const char* address : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1",
                              "127.0.0.1:80,127.0.0.1:81", "127.0.0.1:8080s"}) {
    const auto server = HttpServer::Start(address, OnePage());
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace cis::server
