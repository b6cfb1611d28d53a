// SPDX-License-Identifier: Apache-2.0
#include "crawler/tokens/agent_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "net/http/http_error.h"
#include "nlohmann/json.hpp"
#include "schema/base/duration_text.h"

namespace cis::crawler {
namespace {

// A token with many groups has 8 KiB.
constexpr size_t kMaxAgentAnswerBytes = 256 << 10;

// A socket that is closed at the end.
class UnixSocket {
 public:
  UnixSocket() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~UnixSocket() {
    if (fd_ >= 0) close(fd_);
  }
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status Failed(absl::StatusCode code, ErrorClass error, const std::string& path,
                    absl::string_view why) {
  return MakeError(code, error, absl::StrCat("oidc-agent at ", path, ": ", why));
}

absl::Status SystemFailure(const std::string& path, absl::string_view what) {
  return Failed(absl::StatusCode::kUnavailable, ErrorClass::kConnect, path,
                absl::StrCat(what, ": ", std::generic_category().message(errno)));
}

// Waits until `fd` can be read or written. Returns false at the deadline.
bool WaitFor(int fd, int16_t events, absl::Time deadline) {
  while (true) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    pollfd one{fd, events, 0};
    const int count = poll(
        &one, 1, static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 1000)));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

}  // namespace

absl::StatusOr<std::string> AskAgent(const std::string& path, absl::string_view request,
                                     absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  const auto too_slow = [&] {
    return Failed(absl::StatusCode::kDeadlineExceeded, ErrorClass::kTimeout, path,
                  absl::StrCat("no answer within ", FormatDurationText(timeout),
                               "; it may be waiting for someone to unlock it or to confirm"));
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Failed(absl::StatusCode::kInvalidArgument, ErrorClass::kConfig, path,
                  "the path is too long for a socket");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const UnixSocket agent;
  if (agent.fd() < 0) return SystemFailure(path, "no socket");
  // The type is libc's; the kernel reads a sockaddr_un.
  if (connect(agent.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return SystemFailure(path,
                         "no process listens there (is the agent running, and OIDC_SOCK right?)");
  }
  while (!request.empty()) {
    const ssize_t sent = send(agent.fd(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      request.remove_prefix(static_cast<size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return SystemFailure(path, "it accepts no request");
    } else if (!WaitFor(agent.fd(), POLLOUT, deadline)) {
      return too_slow();
    }
  }
  std::string answer;
  std::array<char, 8192> chunk{};
  while (true) {
    const ssize_t got = recv(agent.fd(), chunk.data(), chunk.size(), 0);
    if (got > 0) {
      answer.append(chunk.data(), static_cast<size_t>(got));
      if (answer.size() > kMaxAgentAnswerBytes) {
        return Failed(absl::StatusCode::kResourceExhausted, ErrorClass::kLimit, path,
                      absl::StrCat("the answer is longer than ", kMaxAgentAnswerBytes, " bytes"));
      }
      // The agent does not say how long its answer is, and need not close the connection.
      if (nlohmann::json::accept(answer)) return answer;
    } else if (got == 0) {
      if (answer.empty()) {
        return Failed(absl::StatusCode::kDataLoss, ErrorClass::kParse, path,
                      "the connection was closed without an answer");
      }
      return answer;
    } else if (errno != EAGAIN && errno != EINTR) {
      return SystemFailure(path, "no answer");
    } else if (!WaitFor(agent.fd(), POLLIN, deadline)) {
      return too_slow();
    }
  }
}

}  // namespace cis::crawler
