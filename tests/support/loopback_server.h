// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/mutex.h"

namespace cis {

// One request as a LoopbackServer read it.
struct LoopbackRequest {
  int connection = 0;  // 0 for the first connection accepted
  int index = 0;       // 0 for the first request on its connection
  std::string method;
  std::string target;  // "/path?query"
  std::string head;    // request line and headers, as received
  std::string body;

  // Returns the value of the first header of that name, ignoring case; empty if absent.
  std::string Header(absl::string_view name) const;
};

// What a LoopbackServer does after a request.
struct LoopbackReply {
  std::string bytes;  // sent unchanged
  enum class Then {
    kKeepOpen,  // reads the next request
    kClose,     // closes the connection
    kHang,      // sends no more and leaves the connection open until the other side closes it
    kRepeat,    // sends `bytes` again and again until the other side closes the connection
  };
  Then then = Then::kKeepOpen;
  // Above zero: one byte at a time with this pause.
  absl::Duration drip = absl::ZeroDuration();
};

// A server on a free port of 127.0.0.1 that answers with raw bytes, so that a test can send what no
// proper server would. One thread per connection. Safe to use from any number of threads.
class LoopbackServer {
 public:
  // Runs on the connection's thread, for several connections at once.
  using Handler = std::function<LoopbackReply(const LoopbackRequest&)>;

  explicit LoopbackServer(Handler handler);
  // Closes every connection.
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }
  // Returns "http://127.0.0.1:PORT" and `target`.
  std::string Url(absl::string_view target) const;

  std::vector<LoopbackRequest> requests() const;  // in the order they were read
  int connection_count() const;

 private:
  void Accept();
  void Serve(int fd, int connection);
  void Reply(int fd, const LoopbackReply& reply);

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  mutable Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<int> open_ ABSL_GUARDED_BY(mu_);  // sockets of live connections
  std::list<std::thread> threads_ ABSL_GUARDED_BY(mu_);
  int connection_count_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<LoopbackRequest> requests_ ABSL_GUARDED_BY(mu_);
};

// Returns "HTTP/1.1 STATUS ..." with Content-Length and `headers` ("Name: value\r\n..." or empty).
std::string HttpAnswer(int status, absl::string_view body, absl::string_view headers = "");

}  // namespace cis
