// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/http_server.h"

#include <civetweb.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis::server {
namespace {

// A monitoring system asks every few seconds. More threads would not help legitimate load.
constexpr const char* kThreads = "2";
// A client that does not send its request occupies one of them no longer than this.
constexpr const char* kTimeoutMs = "5000";

absl::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

void Send(mg_connection* connection, const HttpReply& reply, bool with_body) {
  const std::string head = absl::StrCat(
      "HTTP/1.1 ", reply.status, " ", ReasonPhrase(reply.status),
      "\r\nContent-Type: ", reply.content_type, "\r\nContent-Length: ", reply.body.size(),
      "\r\nCache-Control: no-store\r\nConnection: close\r\n",
      reply.status == 405 ? "Allow: GET, HEAD\r\n" : "", "\r\n", with_body ? reply.body : "");
  mg_write(connection, head.data(), head.size());
}

// CivetWeb interprets a port above 65535 as another one, and a bare port as every address.
bool HasHostAndPort(absl::string_view address, absl::string_view* host) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos || colon == 0) return false;
  if (!absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) return false;
  *host = address.substr(0, colon);
  return address.find_first_of(", +") == absl::string_view::npos;
}

}  // namespace

struct HttpServer::Parts {
  HttpPages pages;
  mg_context* context = nullptr;

  static int Handle(mg_connection* connection, void* data) {
    const auto* parts = static_cast<const Parts*>(data);
    const mg_request_info* request = mg_get_request_info(connection);
    const absl::string_view method = request->request_method;
    const auto page = parts->pages.find(request->local_uri);
    HttpReply reply;
    if (method != "GET" && method != "HEAD") {
      reply = {405, "text/plain; charset=utf-8", "only GET and HEAD are allowed\n"};
    } else if (page == parts->pages.end()) {
      reply = {404, "text/plain; charset=utf-8", "not found; the pages are:"};
      for (const auto& [path, make] : parts->pages) absl::StrAppend(&reply.body, " ", path);
      reply.body.push_back('\n');
    } else {
      reply = page->second();
    }
    Send(connection, reply, method != "HEAD");
    return reply.status;
  }
};

HttpServer::HttpServer(HttpPages pages) : parts_(std::make_unique<Parts>()) {
  parts_->pages = std::move(pages);
}

HttpServer::~HttpServer() {
  if (parts_->context != nullptr) mg_stop(parts_->context);
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                              HttpPages pages) {
  absl::string_view host;
  if (!HasHostAndPort(address, &host)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", address,
        "\" is not an address to listen on; write HOST:PORT with a port from 0 to 65535"));
  }
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(pages)));
  const char* options[] = {"listening_ports",    address.c_str(), "num_threads", kThreads,
                           "request_timeout_ms", kTimeoutMs,      nullptr};
  const mg_callbacks no_callbacks = {};
  server->parts_->context = mg_start(&no_callbacks, nullptr, options);
  if (server->parts_->context == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot listen on ", address, "; write HOST:PORT of this machine with a free port"));
  }
  // "**" matches every path, so that nothing is served from a folder.
  mg_set_request_handler(server->parts_->context, "**", Parts::Handle, server->parts_.get());
  mg_server_port port = {};
  mg_get_server_ports(server->parts_->context, 1, &port);
  server->address_ = absl::StrCat(host, ":", port.port);
  return server;
}

}  // namespace cis::server
