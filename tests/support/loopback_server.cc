// SPDX-License-Identifier: Apache-2.0
#include "tests/support/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cis {
namespace {

constexpr size_t kMaxRequestBytes = 1 << 20;

bool SendAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

// Reads one request from `fd` and what is left in `buffer`. Returns false at the end.
bool ReadRequest(int fd, std::string& buffer, LoopbackRequest& request) {
  char chunk[4096];
  const auto read_more = [&] {
    const ssize_t got = recv(fd, chunk, sizeof(chunk), 0);
    if (got <= 0 || buffer.size() > kMaxRequestBytes) return false;
    buffer.append(chunk, static_cast<size_t>(got));
    return true;
  };
  size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return false;
  }
  request.head = buffer.substr(0, end + 2);
  buffer.erase(0, end + 4);
  const std::vector<std::string> first =
      absl::StrSplit(request.head.substr(0, request.head.find("\r\n")), ' ');
  request.method = first[0];
  if (first.size() > 1) request.target = first[1];
  size_t length = 0;
  if (!absl::SimpleAtoi(request.Header("Content-Length"), &length)) length = 0;
  while (buffer.size() < length) {
    if (!read_more()) return false;
  }
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  return true;
}

// Until the other side closes, or for `pause` if that is shorter. Returns false once it has closed.
bool WaitWhileOpen(int fd, absl::Duration pause) {
  pollfd entry{fd, POLLRDHUP, 0};
  const int timeout =
      pause == absl::InfiniteDuration() ? -1 : static_cast<int>(absl::ToInt64Milliseconds(pause));
  return poll(&entry, 1, timeout) == 0;
}

}  // namespace

std::string LoopbackRequest::Header(absl::string_view name) const {
  for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const size_t colon = line.find(':');
    if (colon != absl::string_view::npos && absl::EqualsIgnoreCase(line.substr(0, colon), name)) {
      return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
  }
  return "";
}

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 128) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();  // a machine without loopback cannot run these tests
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

LoopbackServer::~LoopbackServer() {
  std::list<std::thread> threads;
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    MutexLock lock(&mu_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  close(listener_);
}

void LoopbackServer::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    MutexLock lock(&mu_);
    if (stopping_) {
      close(fd);
      return;
    }
    open_.push_back(fd);
    const int connection = connection_count_++;
    threads_.emplace_back([this, fd, connection] { Serve(fd, connection); });
  }
}

void LoopbackServer::Serve(int fd, int connection) {
  std::string buffer;
  for (int index = 0;; ++index) {
    LoopbackRequest request;
    request.connection = connection;
    request.index = index;
    if (!ReadRequest(fd, buffer, request)) break;
    {
      MutexLock lock(&mu_);
      requests_.push_back(request);
    }
    const LoopbackReply reply = handler_(request);
    Reply(fd, reply);
    if (reply.then != LoopbackReply::Then::kKeepOpen) break;
  }
  MutexLock lock(&mu_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  close(fd);
}

void LoopbackServer::Reply(int fd, const LoopbackReply& reply) {
  if (reply.drip > absl::ZeroDuration()) {
    for (size_t i = 0; i < reply.bytes.size(); ++i) {
      if (!SendAll(fd, absl::string_view(reply.bytes).substr(i, 1))) return;
      if (!WaitWhileOpen(fd, reply.drip)) return;
    }
  } else if (!SendAll(fd, reply.bytes)) {
    return;
  }
  if (reply.then == LoopbackReply::Then::kHang) WaitWhileOpen(fd, absl::InfiniteDuration());
  while (reply.then == LoopbackReply::Then::kRepeat && SendAll(fd, reply.bytes)) {
  }
}

std::string LoopbackServer::Url(absl::string_view target) const {
  return absl::StrCat("http://127.0.0.1:", port_, target);
}

std::vector<LoopbackRequest> LoopbackServer::requests() const {
  ReaderMutexLock lock(&mu_);
  return requests_;
}

int LoopbackServer::connection_count() const {
  ReaderMutexLock lock(&mu_);
  return connection_count_;
}

std::string HttpAnswer(int status, absl::string_view body, absl::string_view headers) {
  return absl::StrCat("HTTP/1.1 ", status, " Whatever\r\nContent-Length: ", body.size(), "\r\n",
                      headers, "\r\n", body);
}

}  // namespace cis
