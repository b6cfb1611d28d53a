// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "schema/base/mutex.h"
#include "server/http/http_message.h"

namespace cis::server {

// What takes a reply, on any thread.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void Respond(HttpReply reply) = 0;
};

// Whether replies are still handed over. Handlers may outlive the server, sinks may not.
struct ReplyGate {
  Mutex mu;
  bool is_closed ABSL_GUARDED_BY(mu) = false;
};

// The one reply to a request: the first call counts, and if there is none, it is an error 500.
class Responder {
 public:
  Responder(std::shared_ptr<ReplyGate> gate, std::weak_ptr<ReplySink> sink);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  void Respond(HttpReply reply);

 private:
  const std::shared_ptr<ReplyGate> gate_;
  const std::weak_ptr<ReplySink> sink_;
  std::atomic<bool> is_done_ = false;
};

// A reply that is one line of text.
HttpReply TextReply(int status, absl::string_view text);
// That of an error of the server, which says nothing about it.
HttpReply InternalErrorReply();

}  // namespace cis::server
