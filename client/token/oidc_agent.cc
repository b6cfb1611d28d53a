// SPDX-License-Identifier: Apache-2.0
#include "client/token/oidc_agent.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "schema/base/duration_text.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

using AgentJson = nlohmann::json;

// Long enough for the calls of one command.
constexpr int kMinValidSeconds = 60;
// Of the agent's words in a message.
constexpr size_t kMaxAgentErrorBytes = 500;

// A connection to the agent. Each wait ends at `deadline`.
class AgentSocket {
 public:
  AgentSocket(const std::string& path, absl::Time deadline) : path_(path), deadline_(deadline) {}
  ~AgentSocket() {
    if (fd_ >= 0) close(fd_);
  }
  AgentSocket(const AgentSocket&) = delete;
  AgentSocket& operator=(const AgentSocket&) = delete;

  absl::Status Connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof(address.sun_path)) {
      return absl::UnavailableError(absl::StrCat("OIDC_SOCK, ", path_, ", is too long a path"));
    }
    std::memcpy(address.sun_path, path_.data(), path_.size());
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (fd_ < 0 || connect(fd_, generic, sizeof(address)) != 0) return SystemError();
    return absl::OkStatus();
  }

  absl::Status Send(absl::string_view text) {
    while (!text.empty()) {
      CIS_RETURN_IF_ERROR(Wait(POLLOUT));
      const ssize_t size = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (size < 0 && errno != EAGAIN && errno != EINTR) return SystemError();
      if (size > 0) text.remove_prefix(static_cast<size_t>(size));
    }
    return absl::OkStatus();
  }

  // Reads until the text is a whole JSON value, as the protocol has no other end, or until the
  // agent ends the connection.
  absl::StatusOr<std::string> Receive() {
    std::string text;
    std::array<char, 4096> part;
    while (text.size() <= kMaxAgentReplyBytes) {
      CIS_RETURN_IF_ERROR(Wait(POLLIN));
      const ssize_t size = recv(fd_, part.data(), part.size(), 0);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (size < 0) return SystemError();
      text.append(part.data(), static_cast<size_t>(size));
      if (size == 0 || AgentJson::accept(text)) return text;
    }
    return absl::InternalError("the answer of oidc-agent is longer than 64 KiB");
  }

 private:
  absl::Status Wait(short events) {
    while (true) {
      const absl::Duration left = std::max(deadline_ - absl::Now(), absl::ZeroDuration());
      pollfd wanted{fd_, events, 0};
      const timespec limit = absl::ToTimespec(left);
      const int ready = ppoll(&wanted, 1, &limit, nullptr);
      if (ready > 0) return absl::OkStatus();
      if (ready == 0) return absl::DeadlineExceededError("");
      if (errno != EINTR) return SystemError();
    }
  }

  absl::Status SystemError() const {
    return absl::UnavailableError(absl::StrCat("no oidc-agent answers at OIDC_SOCK, ", path_, " (",
                                               std::generic_category().message(errno),
                                               "); start oidc-agent"));
  }

  const std::string path_;
  const absl::Time deadline_;
  int fd_ = -1;
};

std::string TextIn(const AgentJson& reply, const char* field) {
  const auto found = reply.find(field);
  return found != reply.end() && found->is_string() ? found->get<std::string>() : "";
}

absl::StatusOr<std::string> Exchange(const std::string& socket_path, const std::string& account,
                                     absl::Time deadline) {
  AgentSocket agent(socket_path, deadline);
  CIS_RETURN_IF_ERROR(agent.Connect());
  const AgentJson request = {{"request", "access_token"},
                             {"account", account},
                             {"min_valid_period", kMinValidSeconds},
                             {"application_hint", "cisquery"}};
  // The account is what a user wrote; bytes that are not UTF-8 match no account.
  CIS_RETURN_IF_ERROR(agent.Send(request.dump(-1, ' ', true, AgentJson::error_handler_t::replace)));
  return agent.Receive();
}

}  // namespace

absl::StatusOr<std::string> ParseAgentReply(absl::string_view reply, absl::string_view account) {
  const AgentJson json = AgentJson::parse(reply.begin(), reply.end(), nullptr, false);
  // The answer itself is not shown: it may hold a token.
  if (!json.is_object()) return absl::InternalError("the answer of oidc-agent is not understood");
  const std::string token = TextIn(json, "access_token");
  if (TextIn(json, "status") == "success" && !token.empty()) return token;
  const std::string error = TextIn(json, "error").substr(0, kMaxAgentErrorBytes);
  if (error.empty()) return absl::InternalError("the answer of oidc-agent is not understood");
  return absl::NotFoundError(absl::StrCat("oidc-agent has no token of account ", account, ": ",
                                          error,
                                          "; oidc-add loads an account, oidc-gen -l lists "
                                          "them"));
}

absl::StatusOr<std::string> RequestAgentToken(const std::string& socket_path,
                                              const std::string& account, absl::Duration timeout) {
  if (socket_path.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no oidc-agent to ask for account ", account,
                     ": OIDC_SOCK is not set; start oidc-agent, for example with "
                     "eval $(oidc-agent-service use)"));
  }
  const absl::StatusOr<std::string> reply = Exchange(socket_path, account, absl::Now() + timeout);
  if (absl::IsDeadlineExceeded(reply.status())) {
    return absl::DeadlineExceededError(absl::StrCat("oidc-agent gave no token of account ", account,
                                                    " within ", FormatDurationText(timeout),
                                                    "; it may wait for you to confirm"));
  }
  if (!reply.ok()) return reply.status();
  return ParseAgentReply(*reply, account);
}

}  // namespace cis::client
