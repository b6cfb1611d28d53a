// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/http/connection_book.h"
#include "server/http/http_message.h"
#include "server/http/wire.h"
#include "server/tls/certificate.h"

namespace cis::server {

// How long a client may take. A connection that takes longer is closed.
struct HttpTimes {
  absl::Duration handshake = absl::Seconds(10);  // of TLS
  absl::Duration header = absl::Seconds(10);     // until the whole header has come
  absl::Duration body = absl::Seconds(20);       // from then until the whole body has come
  absl::Duration reply = absl::Seconds(30);      // until the client has taken the whole reply
  absl::Duration idle = absl::Seconds(60);       // from a reply to the first byte of a request
};

struct HttpServerOptions {
  // As for Listen (server/connection): HOST:PORT, [IPV6]:PORT or unix:PATH.
  std::string address;
  // Returns what connections that begin now use for TLS; never null. Not set: plain HTTP.
  std::function<std::shared_ptr<const TlsMaterial>()> tls;
  int thread_count = 2;
  RequestLimits request;
  HttpTimes times;
  HttpConnectionLimits connections;
};

// An HTTP/1.1 server. It reads a request only once the one before is answered. Safe to use from any
// number of threads.
class HttpServer {
 public:
  // Starts to listen; `handler` may be called before this returns. Returns INVALID_ARGUMENT if the
  // server cannot listen on the address, or if the TLS material cannot be used.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options,
                                                           HttpHandler handler);
  // Drains, for at most a second.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The address that the server listens on, with the port that was chosen.
  const std::string& address() const;

  // Accepts no more connections, closes those that are idle, and waits until the others have the
  // reply to their request; at the end of `grace` they are closed. Later calls do nothing.
  void Drain(absl::Duration grace);

 private:
  class Parts;
  explicit HttpServer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace cis::server
