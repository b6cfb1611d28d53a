// SPDX-License-Identifier: Apache-2.0
#include "server/http/http_server.h"

#include <fcntl.h>
#include <sys/stat.h>
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
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "schema/base/log.h"
#include "schema/base/mutex.h"
#include "schema/base/status_macros.h"
#include "server/http/listen_address.h"
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
using Acceptor = asio::basic_socket_acceptor<Protocol>;

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
  const Protocol::endpoint generic = socket.remote_endpoint(error);
  const int family = generic.protocol().family();
  if (error || (family != AF_INET && family != AF_INET6)) {
    peer.is_unix = !error && family == AF_UNIX;
    return peer;
  }
  asio::ip::tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), generic.data(), generic.size());
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  peer.address = address.to_string();
  peer.is_loopback = address.is_loopback();
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

absl::Status CannotListen(const std::string& address, const error_code& error) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot listen on ", address, " for HTTP: ", error.message(),
                   "; write an address of this machine that is free"));
}

}  // namespace

class HttpServer::Parts {
 public:
  Parts(HttpServerOptions options, HttpHandler handler)
      : shared_(std::move(options), std::move(handler)),
        io_(shared_.options.thread_count),
        work_(asio::make_work_guard(io_)),
        acceptor_(asio::make_strand(io_)),
        pause_(acceptor_.get_executor()),
        spare_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

  ~Parts() {
    Drain(absl::Seconds(1));
    {
      MutexLock lock(&shared_.gate->mu);
      shared_.gate->is_closed = true;
    }
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    if (spare_ >= 0) close(spare_);
    if (!unix_path_.empty()) unlink(unix_path_.c_str());
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const std::string& address() const { return address_; }

  absl::Status Listen() {
    CIS_RETURN_IF_ERROR(shared_.tls.Current().status());
    const std::string& text = shared_.options.address;
    CIS_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(text));
    error_code error;
    const Protocol::endpoint endpoint = EndpointOf(address, &error);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return CannotListen(text, error);
    unix_path_ = address.unix_path;
    address_ = text;
    if (unix_path_.empty()) {
      asio::ip::tcp::endpoint local;
      const Protocol::endpoint generic = acceptor_.local_endpoint(error);
      std::memcpy(local.data(), generic.data(), generic.size());
      address_ = absl::StrCat(text.substr(0, text.rfind(':')), ":", local.port());
    }
    return absl::OkStatus();
  }

  void Run() {
    asio::post(acceptor_.get_executor(), [this] { Accept(); });
    for (int i = 0; i < shared_.options.thread_count; ++i) {
      threads_.emplace_back([this] { RunThread(); });
    }
  }

  void Drain(absl::Duration grace) {
    if (shared_.connections.is_draining()) return;
    asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    shared_.connections.BeginDrain();
    shared_.connections.WaitForNone(grace);
    shared_.connections.CloseAll();
    shared_.connections.WaitForNone(absl::InfiniteDuration());
  }

 private:
  // A socket file that a process left behind is removed.
  Protocol::endpoint EndpointOf(const ListenAddress& address, error_code* error) {
    if (!address.unix_path.empty()) {
      const asio::local::stream_protocol::endpoint endpoint(address.unix_path);
      struct stat file = {};
      if (lstat(address.unix_path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode)) {
        error_code probed;
        asio::local::stream_protocol::socket(io_).connect(endpoint, probed);
        if (probed == asio::error::connection_refused) unlink(address.unix_path.c_str());
      }
      return endpoint;
    }
    asio::ip::tcp::resolver resolver(io_);
    const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                        asio::ip::resolver_base::passive, *error);
    if (*error) return {};
    // As most clients do for "localhost".
    for (const auto& entry : found) {
      if (entry.endpoint().address().is_v4()) return entry.endpoint();
    }
    return found.begin()->endpoint();
  }

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

  // Runs in the strand of the acceptor, as all that follows. An accept without descriptors fails
  // even if there is nothing to accept, so that it is not tried before there is.
  void Accept() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_wait(Acceptor::wait_read, [this](const error_code& waited) {
      if (!acceptor_.is_open()) return;
      error_code error = waited;
      Socket socket(asio::make_strand(io_));
      if (!error) acceptor_.accept(socket, error);
      if (error == asio::error::would_block) return Accept();
      if (error) return OnAcceptFailed(error);
      OnAccepted(std::move(socket));
      if (spare_ < 0) spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
      Accept();
    });
  }

  void OnAccepted(Socket socket) {
    HttpPeer peer = PeerOf(socket);
    if (!peer.is_unix && peer.address.empty()) return;  // it has gone already
    error_code ignored;
    if (!peer.is_unix) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const absl::StatusOr<TlsContext> tls = shared_.tls.Current();
    if (!tls.ok()) return;  // not after Listen
    const std::string address = peer.address;
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
  void OnAcceptFailed(const error_code& error) {
    if (error == asio::error::connection_aborted) return Accept();
    if (shortage_pause_.MayLog()) {
      Log(LogLevel::kWarning, "http.accept_failed", {{"error", error.message()}});
    }
    if (IsShortage(error)) {
      if (spare_ >= 0) {
        close(std::exchange(spare_, -1));
        return Accept();
      }
      shared_.connections.CloseOne();
    }
    pause_.expires_after(Milliseconds(kAcceptPause));
    pause_.async_wait([this](const error_code&) { Accept(); });
  }

  HttpShared shared_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Acceptor acceptor_;
  asio::steady_timer pause_;
  int spare_;  // a descriptor for when there is no other; -1 = in use
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
  CIS_RETURN_IF_ERROR(parts->Listen());
  parts->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

const std::string& HttpServer::address() const { return parts_->address(); }

void HttpServer::Drain(absl::Duration grace) { parts_->Drain(grace); }

}  // namespace cis::server
