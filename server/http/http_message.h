// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis::server {

// Names and values in the order in which they were sent or are to be sent.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// Who is at the other end of a connection. It may be a proxy.
struct HttpPeer {
  std::string address;  // without the port: "192.0.2.1", "2001:db8::1"; "" on a Unix socket
  bool is_unix = false;
  bool is_loopback = false;
  bool is_tls = false;
  // Of the client certificate, whose chain was verified. No certificate: false, "" and none.
  bool has_certificate = false;
  std::string certificate_subject;            // RFC 2253: "CN=portal.example.org,O=Example"
  std::vector<std::string> certificate_sans;  // DNS names, addresses, URIs and mail addresses
};

struct HttpRequest {
  std::string method;  // GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS
  std::string path;    // decoded; see Target
  std::string query;   // what follows the first '?', as sent
  HttpHeaders headers;
  std::string body;
  HttpPeer peer;

  // Returns the value of the first header of that name, ignoring case; nullopt if there is none.
  // `Authorization`, `Content-Length`, `Content-Type` and `Host` never come twice.
  std::optional<absl::string_view> Header(absl::string_view name) const;
};

// Whether a process of this machine asks, directly: over a Unix socket, or over loopback, under a
// name of loopback and without the headers of a proxy. The name is checked because the owner of a
// web page can point its name at 127.0.0.1, and have a browser of this machine ask for him.
bool IsFromThisMachine(const HttpRequest& request);

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  // Further ones. The server adds `Cache-Control: no-store` if there is no Cache-Control. It also
  // writes Connection, Content-Length, Content-Type, Transfer-Encoding and X-Content-Type-Options,
  // which must not be among them.
  HttpHeaders headers = {};
  std::string body = {};
};

// Sends the reply to a request. May be called from any thread, also when the connection or the
// server no longer exist; only the first call counts. If all copies are destroyed without a call,
// the reply is an error 500.
using HttpRespond = std::function<void(HttpReply reply)>;

// Answers a request. It is called on a thread of the server, for several requests at once, and must
// not block it for long: work that takes time belongs on other threads, which respond later. If it
// throws, the reply is an error 500.
using HttpHandler =
    std::function<void(std::shared_ptr<const HttpRequest> request, HttpRespond respond)>;

}  // namespace cis::server
