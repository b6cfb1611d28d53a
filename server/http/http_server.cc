// SPDX-License-Identifier: Apache-2.0
#include "server/http/http_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <exception>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "net/address/address.h"
#include "schema/base/log.h"
#include "schema/base/mutex.h"
#include "schema/base/status_macros.h"
#include "server/connection/descriptor.h"
#include "server/connection/listener.h"
#include "server/http/open_connections.h"
#include "server/http/responder.h"
#include "server/http/tls_context.h"

namespace cis::server {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;  // TCP or a Unix socket
using Socket = Protocol::socket;
using HttpAcceptor = asio::basic_socket_acceptor<Protocol>;

// After the last reply on a connection, what the client still sends is read for this long and up to
// this size: a socket that is closed with bytes unread is reset, and the client may lose the reply.
constexpr absl::Duration kLingerTime = absl::Seconds(2);
constexpr size_t kMaxLingerBytes = 1 << 20;
// The pause after an accept that failed.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);
// At most one line of the log per kind of trouble in this time.
constexpr absl::Duration kLogPause = absl::Minutes(1);
constexpr size_t kReadBytes = 16 << 10;

std::chrono::milliseconds Milliseconds(absl::Duration duration) {
  return absl::ToChronoMilliseconds(duration);
}

HttpPeer PeerOf(const Socket& socket) {
  HttpPeer peer;
  error_code error;
  const Protocol::endpoint endpoint = socket.remote_endpoint(error);
  sockaddr_storage name = {};
  if (error || endpoint.size() > sizeof name) return peer;
  std::memcpy(&name, endpoint.data(), endpoint.size());
  peer.is_unix = name.ss_family == AF_UNIX;
  peer.address = ReadAddress(name).host;
  peer.is_loopback = IsLoopbackAddress(peer.address);
  return peer;
}

}  // namespace

// Says how often something may be logged.
class LogPause {
 public:
  bool MayLog() {
    const int64_t now = absl::GetCurrentTimeNanos();
    int64_t last = last_;
    return now - last >= absl::ToInt64Nanoseconds(kLogPause) &&
           last_.compare_exchange_strong(last, now);
  }

 private:
  std::atomic<int64_t> last_ = 0;
};

// What the connections of a server share.
struct HttpShared {
  HttpShared(HttpServerOptions the_options, HttpHandler the_handler)
      : options(std::move(the_options)),
        handler(std::move(the_handler)),
        tls(options.tls),
        connections(options.connections) {}

  const HttpServerOptions options;
  const HttpHandler handler;
  TlsContexts tls;
  OpenConnections connections;
  const std::shared_ptr<ReplyGate> gate = std::make_shared<ReplyGate>();
};

// One connection. All its work runs in the strand of its socket. The operation that it waits for
// keeps it alive, and while a handler works, `self_`.
class HttpConnection : public Closable,
                       public ReplySink,
                       public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpShared* shared, OpenConnections::Id id, Socket socket, HttpPeer peer)
      : shared_(*shared),
        id_(id),
        socket_(std::move(socket)),
        deadline_(socket_.get_executor()),
        peer_(std::move(peer)) {}
  ~HttpConnection() override { shared_.connections.Remove(id_); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // `tls` may be null.
  void Start(const TlsContext& tls) {
    asio::post(socket_.get_executor(), [self = shared_from_this(), tls] { self->Handshake(tls); });
  }

  // Both may be called from any thread.
  void Close() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->CloseNow(); });
  }
  void Respond(HttpReply reply) override {
    asio::post(socket_.get_executor(), [self = shared_from_this(),
                                        reply = std::move(reply)]() mutable {
      const bool closes = !self->reader_->keeps_alive() || self->shared_.connections.is_draining();
      self->Send(std::move(reply), closes);
    });
  }

 private:
  void Handshake(const TlsContext& tls) {
    if (tls == nullptr) return ReadRequest(shared_.options.times.header);
    tls_.emplace(socket_, *tls);
    SetDeadline(shared_.options.times.handshake);
    tls_->async_handshake(ssl::stream_base::server,
                          [self = shared_from_this()](const error_code& error) {
                            if (error || self->is_closed_) return self->CloseNow();
                            self->peer_.is_tls = true;
                            ReadClientCertificate(self->tls_->native_handle(), &self->peer_);
                            self->ReadRequest(self->shared_.options.times.header);
                          });
  }

  // Waits at most `time` for the first byte, or, on a new connection, for the whole header.
  void ReadRequest(absl::Duration time) {
    if (!shared_.connections.WaitForRequest(id_)) return CloseNow();
    reader_.emplace(shared_.options.request);
    SetDeadline(time);
    Read();
  }

  void Read() {
    const auto done = [self = shared_from_this()](const error_code& error, size_t size) {
      if (error || self->is_closed_) return self->CloseNow();
      self->OnBytes({self->buffer_.data(), size});
    };
    if (tls_.has_value()) {
      tls_->async_read_some(asio::buffer(buffer_), done);
    } else {
      socket_.async_read_some(asio::buffer(buffer_), done);
    }
  }

  void OnBytes(absl::string_view bytes) {
    const HttpTimes& times = shared_.options.times;
    if (reader_->is_untouched()) {
      if (!shared_.connections.BeginReading(id_)) return CloseNow();
      if (reply_count_ > 0) SetDeadline(times.header);
    }
    const bool had_header = reader_->progress() != RequestReader::Progress::kHeader;
    switch (reader_->Feed(bytes)) {
      case RequestReader::Progress::kHeader:
        return Read();
      case RequestReader::Progress::kBody:
        if (!had_header) SetDeadline(times.body);
        return !had_header && reader_->expects_continue() ? SendContinue() : Read();
      case RequestReader::Progress::kDone:
        if (!shared_.connections.BeginReply(id_)) return CloseNow();
        return Handle();
      case RequestReader::Progress::kRefused:
        if (!shared_.connections.BeginReply(id_)) return CloseNow();
        is_head_ = false;
        return Send(TextReply(reader_->refusal().status, reader_->refusal().message), true);
    }
  }

  void SendContinue() {
    static constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    Write(asio::buffer(kContinue.data(), kContinue.size()), [this] { Read(); });
  }

  void Handle() {
    SetDeadline(absl::InfiniteDuration());
    auto request = std::make_shared<HttpRequest>(reader_->TakeRequest());
    request->peer = peer_;
    is_head_ = request->method == "HEAD";
    const auto responder = std::make_shared<Responder>(shared_.gate, weak_from_this());
    self_ = shared_from_this();
    try {
      shared_.handler(request,
                      [responder](HttpReply reply) { responder->Respond(std::move(reply)); });
    } catch (const std::exception& e) {
      Log(LogLevel::kError, "http.handler_failed", {{"path", request->path}, {"error", e.what()}});
      responder->Respond(InternalErrorReply());
    }
  }

  void Send(HttpReply reply, bool closes) {
    self_.reset();
    if (is_closed_) return;
    head_ = ReplyHead(reply, closes);
    if (head_.empty()) {
      Log(LogLevel::kError, "http.invalid_reply", {{"status", reply.status}});
      reply = InternalErrorReply();
      head_ = ReplyHead(reply, closes);
    }
    body_ = is_head_ || !HasBody(reply.status) ? "" : std::move(reply.body);
    SetDeadline(shared_.options.times.reply);
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_), asio::buffer(body_)};
    Write(buffers, [this, closes] {
      ++reply_count_;
      std::string().swap(body_);  // an idle connection is to hold no memory of its last reply
      if (closes) return Linger();
      ReadRequest(shared_.options.times.idle);
    });
  }

  // Calls `next` once all is written.
  template <typename Buffers, typename Next>
  void Write(const Buffers& buffers, Next next) {
    const auto done = [self = shared_from_this(), next](const error_code& error, size_t) {
      if (error || self->is_closed_) return self->CloseNow();
      next();
    };
    if (tls_.has_value()) {
      asio::async_write(*tls_, buffers, done);
    } else {
      asio::async_write(socket_, buffers, done);
    }
  }

  // Says that no more replies come, and waits until the client has closed the connection.
  void Linger() {
    if (!shared_.connections.WaitForClose(id_)) return CloseNow();
    SetDeadline(kLingerTime);
    if (!tls_.has_value()) return LingerOnSocket();
    tls_->async_shutdown([self = shared_from_this()](const error_code&) {
      if (self->is_closed_) return;
      self->LingerOnSocket();
    });
  }

  void LingerOnSocket() {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    Discard();
  }

  void Discard() {
    const auto done = [self = shared_from_this()](const error_code& error, size_t size) {
      self->discarded_bytes_ += size;
      if (error || self->discarded_bytes_ > kMaxLingerBytes) return self->CloseNow();
      self->Discard();
    };
    socket_.async_read_some(asio::buffer(buffer_), done);
  }

  // Replaces the deadline before.
  void SetDeadline(absl::Duration time) {
    if (time == absl::InfiniteDuration()) {
      deadline_.expires_at(asio::steady_timer::time_point::max());
      return;
    }
    deadline_.expires_after(Milliseconds(time));
    deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
      const std::shared_ptr<HttpConnection> self = weak.lock();
      // The handler may be on its way already when the deadline is replaced.
      if (error || self == nullptr) return;
      if (self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
      self->CloseNow();
    });
  }

  void CloseNow() {
    if (is_closed_) return;
    is_closed_ = true;
    self_.reset();
    deadline_.cancel();
    error_code ignored;
    socket_.close(ignored);
    shared_.connections.Remove(id_);
  }

  HttpShared& shared_;
  const OpenConnections::Id id_;
  Socket socket_;
  std::optional<ssl::stream<Socket&>> tls_;
  asio::steady_timer deadline_;
  HttpPeer peer_;
  std::array<char, kReadBytes> buffer_ = {};
  std::optional<RequestReader> reader_;
  std::string head_;  // of the reply that is sent
  std::string body_;
  bool is_head_ = false;  // the method is HEAD
  bool is_closed_ = false;
  size_t reply_count_ = 0;
  size_t discarded_bytes_ = 0;
  std::shared_ptr<HttpConnection> self_;  // while a handler works
};

namespace {

// Whether an accept failed for want of a descriptor or of memory, which may pass.
bool IsShortage(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
         error == asio::error::no_memory || error.value() == ENFILE;
}

}  // namespace

class HttpServer::Parts {
 public:
  Parts(HttpServerOptions options, HttpHandler handler)
      : shared_(std::move(options), std::move(handler)),
        io_(shared_.options.thread_count),
        work_(asio::make_work_guard(io_)),
        strand_(asio::make_strand(io_)),
        spare_(OpenSpare()) {}

  ~Parts() {
    Drain(absl::Seconds(1));
    {
      MutexLock lock(&shared_.gate->mu);
      shared_.gate->is_closed = true;
    }
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    if (!unix_path_.empty()) unlink(unix_path_.c_str());
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const std::string& address() const { return address_; }

  absl::Status Open() {
    CIS_RETURN_IF_ERROR(shared_.tls.Current().status());
    CIS_ASSIGN_OR_RETURN(Listener listener, Listen(shared_.options.address));
    for (Descriptor& descriptor : listener.sockets) {
      sockaddr_storage name = {};
      socklen_t size = sizeof name;
      error_code error;
      getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&name), &size);
      Port& port = ports_.emplace_back(strand_);
      port.acceptor.assign({name.ss_family, 0}, descriptor.get(), error);
      if (!error) descriptor.Release();
      if (!error) port.acceptor.non_blocking(true, error);
      if (error) return absl::InternalError(absl::StrCat("cannot listen: ", error.message()));
    }
    address_ = listener.address;
    unix_path_ = listener.path;
    return absl::OkStatus();
  }

  void Run() {
    for (Port& port : ports_) {
      asio::post(strand_, [this, &port] { Accept(&port); });
    }
    for (int i = 0; i < shared_.options.thread_count; ++i) {
      threads_.emplace_back([this] { RunThread(); });
    }
  }

  void Drain(absl::Duration grace) {
    if (shared_.connections.is_draining()) return;
    for (Port& port : ports_) {
      asio::post(strand_, [&port] {
        error_code ignored;
        port.acceptor.close(ignored);
        port.pause.cancel();
      });
    }
    shared_.connections.BeginDrain();
    shared_.connections.WaitForNone(grace);
    shared_.connections.CloseAll();
    shared_.connections.WaitForNone(absl::InfiniteDuration());
  }

 private:
  struct Port {
    explicit Port(const asio::any_io_executor& executor) : acceptor(executor), pause(executor) {}

    HttpAcceptor acceptor;
    asio::steady_timer pause;  // after an accept that failed
  };

  static Descriptor OpenSpare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

  void RunThread() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& e) {
        Log(LogLevel::kError, "http.failed", {{"error", e.what()}});
      }
    }
  }

  // Runs in `strand_`, as all that follows. An accept without descriptors fails even if there is
  // nothing to accept, so that it is not tried before there is.
  void Accept(Port* port) {
    if (!port->acceptor.is_open()) return;
    port->acceptor.async_wait(HttpAcceptor::wait_read, [this, port](const error_code& waited) {
      if (!port->acceptor.is_open()) return;
      error_code error = waited;
      Socket socket(asio::make_strand(io_));
      if (!error) port->acceptor.accept(socket, error);
      if (error == asio::error::would_block) return Accept(port);
      if (error) return OnAcceptFailed(port, error);
      OnAccepted(std::move(socket));
      if (!spare_.is_open()) spare_ = OpenSpare();
      Accept(port);
    });
  }

  void OnAccepted(Socket socket) {
    HttpPeer peer = PeerOf(socket);
    if (!peer.is_unix && peer.address.empty()) return;  // it has gone already
    error_code ignored;
    if (!peer.is_unix) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const absl::StatusOr<TlsContext> tls = shared_.tls.Current();
    if (!tls.ok()) return;  // not after Open
    const bool is_capped = !shared_.options.connections.uncapped_addresses.contains(peer.address);
    const std::string address = is_capped ? NetworkOf(peer.address) : peer.address;
    const OpenConnections::Id id = ++last_id_;
    const auto connection =
        std::make_shared<HttpConnection>(&shared_, id, std::move(socket), std::move(peer));
    if (shared_.connections.Admit(id, connection, address)) {
      connection->Start(*tls);
    } else if (refusal_pause_.MayLog()) {
      Log(LogLevel::kWarning, "http.connection_refused",
          {{"address", address}, {"detail", "too many connections, in all or from the address"}});
    }
  }

  // The listener stays: it tries again, with the descriptor that was kept for this at first.
  void OnAcceptFailed(Port* port, const error_code& error) {
    if (error == asio::error::connection_aborted) return Accept(port);
    if (shortage_pause_.MayLog()) {
      Log(LogLevel::kWarning, "http.accept_failed", {{"error", error.message()}});
    }
    if (IsShortage(error)) {
      if (spare_.is_open()) {
        spare_.Reset();
        return Accept(port);
      }
      shared_.connections.CloseOne();
    }
    port->pause.expires_after(Milliseconds(kAcceptPause));
    port->pause.async_wait([this, port](const error_code&) { Accept(port); });
  }

  HttpShared shared_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  const asio::any_io_executor strand_;
  std::list<Port> ports_;
  Descriptor spare_;  // for when there is no other; none = in use
  LogPause refusal_pause_;
  LogPause shortage_pause_;
  OpenConnections::Id last_id_ = 0;
  std::string address_;
  std::string unix_path_;
  std::vector<std::thread> threads_;
};

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                              HttpHandler handler) {
  auto parts = std::make_unique<Parts>(std::move(options), std::move(handler));
  CIS_RETURN_IF_ERROR(parts->Open());
  parts->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

const std::string& HttpServer::address() const { return parts_->address(); }

void HttpServer::Drain(absl::Duration grace) { parts_->Drain(grace); }

}  // namespace cis::server
