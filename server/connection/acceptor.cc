// SPDX-License-Identifier: Apache-2.0
#include "server/connection/acceptor.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/address/address.h"
#include "schema/base/check.h"
#include "schema/base/log.h"

namespace cis::server {
namespace {

constexpr int kTickMs = 10;
constexpr absl::Duration kReviewInterval = absl::Milliseconds(100);
// After the process had no descriptor for a connection.
constexpr absl::Duration kExhaustedPause = absl::Milliseconds(100);
constexpr absl::Duration kExhaustedLogInterval = absl::Minutes(1);
// Data that the peer's machine does not acknowledge for so long ends a connection.
constexpr unsigned int kUserTimeoutMs = 20000;
// About twenty requests. Fewer that wait are no overload, but a machine that does something else.
constexpr int64_t kBacklogBytes = 2048;
constexpr int kEvents = 64;
// Idle connections that are closed when the process has no descriptor.
constexpr int kEvictAtOnce = 16;
// When memory is given back to the system after connections were cut off: gRPC lets go of their
// streams meanwhile.
constexpr absl::Duration kTrimDelay = absl::Milliseconds(500);

// What identifies the other end of a connection among those of this machine.
std::string NameOf(const sockaddr_storage& address, socklen_t size) {
  return std::string(reinterpret_cast<const char*>(&address), size);
}

// Puts the loopback address in place of "every address".
void ReplaceWildcard(sockaddr_storage* address) {
  if (address->ss_family == AF_INET) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(address);
    if (v4->sin_addr.s_addr == htonl(INADDR_ANY)) v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else if (address->ss_family == AF_INET6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(address);
    if (IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr)) v6->sin6_addr = in6addr_loopback;
  }
}

// Gives `probe` a name of its own from which it can connect to `address`; returns the name.
std::string BindProbe(int probe, const sockaddr_storage& address, socklen_t size) {
  sockaddr_storage name{};
  name.ss_family = address.ss_family;
  if (address.ss_family == AF_UNIX) {
    size = sizeof(sa_family_t);  // the kernel makes an abstract name
  } else {
    name = address;
    reinterpret_cast<sockaddr_in*>(&name)->sin_port = 0;  // the same place in both families
  }
  bind(probe, reinterpret_cast<const sockaddr*>(&name), size);
  size = sizeof name;
  getsockname(probe, reinterpret_cast<sockaddr*>(&name), &size);
  return NameOf(name, size);
}

// The traffic of a TCP connection; nothing for another one.
ConnectionTable::Traffic TrafficOf(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {static_cast<int64_t>(info.tcpi_bytes_received),
          static_cast<int64_t>(info.tcpi_bytes_acked)};
}

// Ends a connection at once, for both ends. After a mere shutdown, a client that does not stop
// sending would still be read.
void Abort(int fd) {
  sockaddr none{};
  none.sa_family = AF_UNSPEC;
  // TCP sends a reset and forgets what was not read; a Unix socket refuses.
  if (connect(fd, &none, sizeof none) != 0) shutdown(fd, SHUT_RDWR);
}

void SetOptions(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof kUserTimeoutMs);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Create(Options options) {
  absl::StatusOr<Listener> listener = server::Listen(options.address);
  if (!listener.ok()) return listener.status();
  return std::unique_ptr<Acceptor>(new Acceptor(std::move(options), *std::move(listener)));
}

Acceptor::Acceptor(Options options, Listener listener)
    : options_(std::move(options)),
      listener_(std::move(listener)),
      table_(options_.limits),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CIS_CHECK(epoll_.is_open() && wake_.is_open(), "the process has descriptors when it starts");
  for (const Descriptor& socket : listener_.sockets) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket.get();
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event);
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.get();
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
}

Acceptor::~Acceptor() {
  StopAccepting();
  CloseAll();
  stop_ = true;
  eventfd_write(wake_.get(), 1);
  if (thread_.joinable()) thread_.join();
  if (!listener_.path.empty()) unlink(listener_.path.c_str());
}

void Acceptor::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Acceptor::StopAccepting() {
  if (!accepts_.exchange(false)) return;
  for (const Descriptor& socket : listener_.sockets) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket.get(), nullptr);
    shutdown(socket.get(), SHUT_RDWR);  // refuses what would wait for us
  }
}

void Acceptor::Listen(bool listens) {
  if (!accepts_) return;
  for (const Descriptor& socket : listener_.sockets) {
    epoll_event event{};
    if (listens) event.events = EPOLLIN;
    event.data.fd = socket.get();
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket.get(), &event);
  }
}

void Acceptor::CloseAll() {
  const MutexLock lock(&mu_);
  for (const auto& [id, connection] : connections_) Abort(id);
}

void Acceptor::Run() {
  std::array<epoll_event, kEvents> events{};
  absl::Time review_time = options_.clock->Steady();
  absl::Time tick_time = review_time;
  while (!stop_) {
    const int count = epoll_wait(epoll_.get(), events.data(), kEvents, kTickMs);
    const absl::Time now = options_.clock->Steady();
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == wake_.get()) continue;
      const auto is_listener = [fd](const Descriptor& socket) { return socket.get() == fd; };
      if (std::any_of(listener_.sockets.begin(), listener_.sockets.end(), is_listener)) {
        if (accepts_) AcceptAll(fd);
        continue;
      }
      // Both ends are closed: gRPC no longer uses the connection.
      table_.Remove(fd);
      backlogs_.erase(fd);
      const MutexLock lock(&mu_);
      connections_.erase(fd);
    }
    if (pause_until_ != absl::InfinitePast() && now >= pause_until_) {
      pause_until_ = absl::InfinitePast();
      Listen(true);
    }
    if (now - tick_time >= absl::Milliseconds(kTickMs)) {
      tick_time = now;
      const absl::Duration backlog = MeasureBacklog(now);
      if (options_.on_backlog != nullptr) options_.on_backlog(backlog);
    }
    if (now - review_time >= kReviewInterval) {
      review_time = now;
      Review(now);
      TrimMemory(now);
    }
  }
}

absl::Duration Acceptor::MeasureBacklog(absl::Time now) {
  absl::Duration longest;
  int64_t total = 0;
  for (auto& [id, backlog] : backlogs_) {
    int unread = 0;
    if (ioctl(id, FIONREAD, &unread) != 0) continue;
    const absl::Duration wait = backlog.Observe(TrafficOf(id).received, unread, now);
    if (wait > absl::ZeroDuration()) total += unread;
    longest = std::max(longest, wait);
  }
  return total >= kBacklogBytes ? longest : absl::ZeroDuration();
}

void Acceptor::AcceptAll(int listener) {
  // A few at a time, so that closed connections are noticed between them.
  for (int i = 0; i < kEvents; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    Descriptor connection(
        accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!connection.is_open()) {
      const bool is_exhausted =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (is_exhausted) Exhausted();
      if (is_exhausted || errno == EAGAIN) return;
      continue;  // this one has gone
    }
    {
      const MutexLock lock(&mu_);
      if (probes_.erase(NameOf(peer, size)) > 0) {
        probed_.notify_all();
        continue;
      }
    }
    Take(listener, std::move(connection), peer);
  }
}

void Acceptor::Take(int listener, Descriptor connection, const sockaddr_storage& peer) {
  Descriptor second(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
  if (!second.is_open()) return Exhausted();
  const int id = second.get();
  const ConnectionTable::Decision decision =
      table_.Add(id, ReadAddress(peer), options_.clock->Steady());
  if (decision.evicted.has_value()) EndConnection(*decision.evicted, "");
  if (!decision.is_admitted) return;
  if (peer.ss_family != AF_UNIX) {
    SetOptions(id);
    backlogs_.insert_or_assign(id, Backlog());
  }
  {
    const MutexLock lock(&mu_);
    connections_.insert_or_assign(id, std::move(second));
  }
  // Without any event, epoll reports that both ends are closed.
  epoll_event event{};
  event.data.fd = id;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, id, &event);
  options_.hand_over(listener, connection.Release());
}

void Acceptor::Exhausted() {
  const absl::Time now = options_.clock->Steady();
  // Connections wait until there are descriptors again; the loop would spin meanwhile.
  pause_until_ = now + kExhaustedPause;
  Listen(false);
  table_.CountExhausted();
  for (int i = 0; i < kEvictAtOnce; ++i) {
    if (const auto idle = table_.EvictIdle()) EndConnection(*idle, "");
  }
  if (now - exhausted_log_time_ < kExhaustedLogInterval) return;
  exhausted_log_time_ = now;
  Log(LogLevel::kError, "connections.exhausted",
      {{"connections", table_.counts().open},
       {"detail",
        "no descriptor is left for new connections; raise LimitNOFILE, or lower "
        "--max-connections"}});
}

void Acceptor::Review(absl::Time now) {
  std::vector<int> ids;
  {
    const MutexLock lock(&mu_);
    for (const auto& [id, connection] : connections_) ids.push_back(id);
  }
  for (const int id : ids) {
    const ConnectionTable::Verdict verdict = table_.Judge(id, TrafficOf(id), now);
    if (verdict == ConnectionTable::Verdict::kStays) continue;
    EndConnection(id, verdict == ConnectionTable::Verdict::kAbusive
                          ? "it sent much more than its requests"
                          : "it does not take its replies");
    trim_time_ = std::min(trim_time_, now + kTrimDelay);
  }
}

void Acceptor::TrimMemory(absl::Time now) {
  if (now < trim_time_) return;
  trim_time_ = absl::InfiniteFuture();
  malloc_trim(0);
}

void Acceptor::EndConnection(int id, absl::string_view reason) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (!reason.empty() && getpeername(id, reinterpret_cast<sockaddr*>(&peer), &size) == 0) {
    Log(LogLevel::kWarning, "connection.closed",
        {{"address", ReadAddress(peer).host}, {"reason", reason}});
  }
  table_.Remove(id);
  Abort(id);
}

bool Acceptor::Responds(absl::Duration timeout) {
  if (!accepts_) return false;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(listener_.sockets.front().get(), reinterpret_cast<sockaddr*>(&address), &size);
  ReplaceWildcard(&address);
  const Descriptor probe(socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe.is_open()) return false;
  // The acceptor knows the probe by its name, which it therefore gets before it connects.
  const std::string name = BindProbe(probe.get(), address, size);
  const MutexLock lock(&mu_);
  probes_.insert(name);
  const int done = connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), size);
  const bool connects = done == 0 || errno == EINPROGRESS;
  if (connects) {
    probed_.wait_for(mu_, absl::ToChronoNanoseconds(timeout),
                     [&] { return !probes_.contains(name); });
  }
  return probes_.erase(name) == 0;
}

}  // namespace cis::server
