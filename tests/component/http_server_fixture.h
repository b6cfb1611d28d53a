// SPDX-License-Identifier: Apache-2.0
#pragma once

// A running HttpServer, a handler that tests steer, and a client that sends raw bytes.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/base/mutex.h"
#include "server/http/http_server.h"

namespace cis::server {

// A connection on which a test sends what it wants. Reads end after 20 s at the latest.
class RawClient {
 public:
  // Of the address of a server; does not connect.
  explicit RawClient(const std::string& address) : address_(address) {
    fd_ = socket(absl::StartsWith(address, "unix:") ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    const timeval limit = {20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~RawClient() {
    if (fd_ >= 0) close(fd_);
  }
  RawClient(RawClient&& other) noexcept
      : address_(std::move(other.address_)), fd_(std::exchange(other.fd_, -1)) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Connect() const {
    absl::string_view rest = address_;
    if (absl::ConsumePrefix(&rest, "unix:")) {
      sockaddr_un to = {};
      to.sun_family = AF_UNIX;
      rest.copy(to.sun_path, sizeof to.sun_path - 1);
      return connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    int port = 0;
    if (!absl::SimpleAtoi(rest.substr(rest.rfind(':') + 1), &port)) return false;
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }

  bool Send(absl::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Returns one reply with a Content-Length; what was read if the connection ends before.
  std::string ReadReply() const {
    std::string reply;
    while (!absl::EndsWith(reply, "\r\n\r\n")) {
      if (!ReadByte(&reply)) return reply;
    }
    const std::string head = reply;
    const size_t length = head.find("Content-Length: ");
    size_t size = 0;
    if (length != std::string::npos) {
      const size_t begin = length + 16;
      if (!absl::SimpleAtoi(head.substr(begin, head.find("\r\n", begin) - begin), &size))
        return head;
    }
    for (size_t i = 0; i < size && ReadByte(&reply); ++i) {
    }
    return reply;
  }

  // Returns all that comes until the server closes the connection. Fails the test if it does not.
  std::string ReadToEnd() const {
    std::string bytes;
    char buffer[65536];
    while (true) {
      const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
      if (size > 0) {
        bytes.append(buffer, static_cast<size_t>(size));
        continue;
      }
      EXPECT_FALSE(size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "it is not closed";
      return bytes;
    }
  }

  // Waits at most `milliseconds` for bytes or for the end.
  bool IsReadable(int milliseconds) const {
    pollfd wait = {fd_, POLLIN, 0};
    return poll(&wait, 1, milliseconds) == 1;
  }

  // Ends the sending side.
  void EndSending() const { shutdown(fd_, SHUT_WR); }
  int fd() const { return fd_; }

 private:
  bool ReadByte(std::string* bytes) const {
    char byte = 0;
    if (recv(fd_, &byte, 1, 0) != 1) return false;
    bytes->push_back(byte);
    return true;
  }

  std::string address_;
  int fd_ = -1;
};

inline std::string Get(absl::string_view target, absl::string_view more_headers = "") {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n", more_headers, "\r\n");
}

class HttpServerFixture : public ::testing::Test {
 protected:
  HttpServerFixture() { options_.address = "127.0.0.1:0"; }
  // Handlers that still hold requests must not outlive `held_`.
  ~HttpServerFixture() override { server_.reset(); }

  void StartServer() {
    auto server = HttpServer::Start(
        options_, [this](const std::shared_ptr<const HttpRequest>& request, HttpRespond respond) {
          Answer(*request, std::move(respond));
        });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  RawClient Connect() const {
    RawClient client(server_->address());
    EXPECT_TRUE(client.Connect());
    return client;
  }

  // Sends `request` on a new connection and returns all that comes until it is closed.
  std::string Exchange(absl::string_view request) const {
    const RawClient client = Connect();
    EXPECT_TRUE(client.Send(request));
    return client.ReadToEnd();
  }

  // Waits for a request of /hold and returns what answers it.
  HttpRespond TakeHeld() {
    MutexLock lock(&mu_);
    while (held_.empty()) changed_.wait(mu_);
    HttpRespond respond = std::move(held_.front());
    held_.pop_front();
    return respond;
  }

  HttpServerOptions options_;
  std::unique_ptr<HttpServer> server_;

 private:
  void Answer(const HttpRequest& request, HttpRespond respond) {
    HttpReply reply;
    if (request.path == "/hold") {
      MutexLock lock(&mu_);
      held_.push_back(std::move(respond));
      changed_.notify_all();
      return;
    }
    if (request.path == "/drop") return;
    if (request.path == "/throw") throw std::runtime_error("the handler is broken");
    if (request.path == "/big") reply.body = std::string(64 << 20, 'x');
    if (request.path == "/split") reply.headers = {{"X-Name", "a\r\nSet-Cookie: b"}};
    if (request.path == "/cached") reply.headers = {{"Cache-Control", "max-age=5"}};
    if (request.path == "/peer") {
      reply.body = absl::StrCat(request.peer.address, " unix=", request.peer.is_unix,
                                " loopback=", request.peer.is_loopback,
                                " tls=", request.peer.is_tls, " ", request.peer.certificate_subject,
                                " ", absl::StrJoin(request.peer.certificate_sans, ","));
    }
    if (request.path == "/echo") {
      reply.body = absl::StrCat(request.method, " ", request.query, " ",
                                request.Header("x-TEST").value_or("-"), " ", request.body);
    }
    respond(std::move(reply));
  }

  Mutex mu_;
  std::condition_variable_any changed_;
  std::deque<HttpRespond> held_;
};

}  // namespace cis::server
