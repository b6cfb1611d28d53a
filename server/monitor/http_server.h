// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace cis::server {

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Maps a path, "/metrics", to the function that makes its reply. The functions are called from
// several threads at once.
using HttpPages = std::map<std::string, std::function<HttpReply()>>;

// A small HTTP/1.1 server for monitoring: GET and HEAD of a few fixed pages, nothing else. The one
// wrapper of CivetWeb.
class HttpServer {
 public:
  // `address` is HOST:PORT or [IPV6]:PORT; port 0 lets the system choose. Returns INVALID_ARGUMENT
  // if the server cannot listen on it.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           HttpPages pages);
  // Finishes the requests in progress and stops.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The address that the server listens on, with the port that was chosen.
  const std::string& address() const { return address_; }

 private:
  struct Parts;
  explicit HttpServer(HttpPages pages);

  std::unique_ptr<Parts> parts_;
  std::string address_;
};

}  // namespace cis::server
