// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "net/http/backoff.h"
#include "net/http/limit.h"
#include "net/http/transport.h"
#include "net/http/url.h"

namespace cis {

// The settings of every attempt of a transport.
struct CurlTryOptions {
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration stall_timeout = absl::Seconds(20);  // this long without a byte ends a try
  int64_t max_header_bytes = 64 << 10;               // of one answer, all lines together
  // Decoded bytes per received byte. OpenStack's lists shrink by a factor of 10 to 30, a bomb by
  // 1000.
  int64_t max_gzip_ratio = 100;
  std::string user_agent = "cis-crawler/0.1";
  std::string http_proxy;   // "http://proxy:3128"; empty = none. Never read from the environment.
  std::string https_proxy;  // for https URLs, by CONNECT
  std::string no_proxy;     // "host,.domain": reached without the proxy
};

// How an attempt ended.
struct CurlTryEnd {
  TryResult result = TryResult::kFinal;
  absl::Status status;         // OK for kAnswer; its message does not name the URL
  HttpResponse response;       // kAnswer
  std::optional<Limit> limit;  // the limit that this attempt exceeded, if any
  bool http2 = false;          // kAnswer: received by HTTP/2
  int64_t wire_bytes = 0;
  int64_t connection_count = 0;  // new connections made for it
};

// One HTTP exchange: a libcurl easy handle and what it receives. Redirects are not followed.
class CurlTry {
 public:
  // `url` is where the request is sent; `timeout` bounds this attempt. `request` must outlive the
  // object. Returns INVALID_ARGUMENT if a header contains a control character, INTERNAL if libcurl
  // rejects an option.
  static absl::StatusOr<std::unique_ptr<CurlTry>> Create(const CurlTryOptions& options,
                                                         const HttpRequest& request, const Url& url,
                                                         bool fresh_connection,
                                                         absl::Duration timeout);
  ~CurlTry();
  CurlTry(const CurlTry&) = delete;
  CurlTry& operator=(const CurlTry&) = delete;

  void* handle() const { return handle_; }  // CURL*

  // Call this after libcurl ended with `curl_code`. Moves the answer out.
  CurlTryEnd Finish(int curl_code);

 private:
  CurlTry(const CurlTryOptions& options, const HttpRequest& request, const Url& url,
          absl::Duration timeout);
  absl::Status Prepare(bool fresh_connection);
  absl::Status SetHeaders();
  std::string ErrorText(int curl_code) const;
  // Returns the error text for an exceeded size.
  std::string DescribeSize(Limit limit, int64_t wire_bytes) const;
  void Classify(int curl_code, CurlTryEnd* end) const;

  size_t OnBody(const char* data, size_t size);
  int64_t WireBytes() const;  // of the body, so far
  size_t OnHeader(const char* data, size_t size);
  int OnConnected(const char* peer_address);
  // Returns false if no connection may be made to `address`.
  bool MayConnect(const std::string& address);
  // Signatures are libcurl's.
  static size_t BodyCallback(char* data, size_t size, size_t count, void* self);
  static size_t HeaderCallback(char* data, size_t size, size_t count, void* self);
  static int OpenSocketCallback(void* self, int purpose, void* address);
  static int ConnectedCallback(void* self, char* peer, char* local, int peer_port, int local_port);

  const CurlTryOptions& options_;
  const HttpRequest& request_;
  const Url url_;
  const absl::Duration timeout_;
  const std::string proxy_;

  void* handle_ = nullptr;        // CURL*
  void* header_list_ = nullptr;   // curl_slist*
  std::vector<char> error_text_;  // CURL_ERROR_SIZE bytes
  HttpResponse response_;
  int64_t header_bytes_ = 0;
  std::optional<Limit> limit_;  // the size that was exceeded
  std::string refused_;         // the peer address that policy rejected
};

}  // namespace cis
