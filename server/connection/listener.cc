// SPDX-License-Identifier: Apache-2.0
#include "server/connection/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "schema/base/status_macros.h"

namespace cis::server {
namespace {

constexpr int kBacklog = 1024;

absl::Status NoAddress(const std::string& address) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", address,
      "\" is not an address to listen on; write HOST:PORT with a port from 0 to 65535, or "
      "unix:PATH"));
}

absl::Status CannotListen(const std::string& address, absl::string_view cause,
                          absl::string_view form) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot listen on ", address, ": ", cause, "; ", form));
}

constexpr absl::string_view kTcpForm = "write HOST:PORT of this machine with a free port";
constexpr absl::string_view kUnixForm = "write unix:PATH in a folder that you may write to";

// Binds and listens. Returns an errno.
int BindAndListen(int fd, const sockaddr* address, socklen_t size) {
  if (bind(fd, address, size) != 0 || listen(fd, kBacklog) != 0) return errno;
  return 0;
}

// Whether the path is the socket of a process that has ended.
bool IsAbandoned(const sockaddr_un& name) {
  struct stat info = {};
  if (stat(name.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int done = connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  return done != 0 && errno == ECONNREFUSED;
}

absl::StatusOr<Listener> ListenOnPath(const std::string& address) {
  Listener listener;
  listener.address = address;
  listener.path = std::string(absl::StripPrefix(address, "unix:"));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (listener.path.empty() || listener.path.size() >= sizeof name.sun_path) {
    return CannotListen(address, absl::StrCat("the path has ", listener.path.size(), " bytes"),
                        absl::StrCat("it may have 1 to ", sizeof name.sun_path - 1));
  }
  std::memcpy(name.sun_path, listener.path.data(), listener.path.size());
  Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (IsAbandoned(name)) unlink(name.sun_path);
  const int error = BindAndListen(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  if (error != 0) return CannotListen(address, std::strerror(error), kUnixForm);
  listener.sockets.push_back(std::move(fd));
  return listener;
}

int PortOf(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) return 0;
  // The port is at the same place in both.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
}

// Listens on one address of a name. Returns an errno.
int ListenOn(const addrinfo& info, Descriptor* out) {
  Descriptor fd(
      socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, info.ai_protocol));
  if (!fd.is_open()) return errno;
  const int on = 1;
  const int off = 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (info.ai_family == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  const int error = BindAndListen(fd.get(), info.ai_addr, info.ai_addrlen);
  if (error == 0) *out = std::move(fd);
  return error;
}

}  // namespace

absl::StatusOr<Listener> Listen(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return ListenOnPath(address);
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) {
    return NoAddress(address);
  }
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");

  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  Listener listener;
  int error = 0;
  // All addresses of a name have the port that the first one got.
  addrinfo* found = nullptr;
  const int resolved =
      getaddrinfo(std::string(host).c_str(), absl::StrCat(port).c_str(), &hints, &found);
  if (resolved != 0) return CannotListen(address, gai_strerror(resolved), kTcpForm);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  for (addrinfo* info = found; info != nullptr; info = info->ai_next) {
    reinterpret_cast<sockaddr_in*>(info->ai_addr)->sin_port = htons(static_cast<uint16_t>(port));
    Descriptor fd;
    error = ListenOn(*info, &fd);
    // A machine without IPv6 has "localhost" of IPv6 all the same.
    if (error == EAFNOSUPPORT || (error == EADDRNOTAVAIL && !listener.sockets.empty())) continue;
    if (error != 0) break;
    if (port == 0) port = PortOf(fd.get());
    listener.sockets.push_back(std::move(fd));
  }
  if (listener.sockets.empty() || (error != 0 && error != EAFNOSUPPORT && error != EADDRNOTAVAIL)) {
    return CannotListen(address, std::strerror(error), kTcpForm);
  }
  listener.address = absl::StrCat(address.substr(0, colon), ":", port);
  return listener;
}

}  // namespace cis::server
