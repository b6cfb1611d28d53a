// SPDX-License-Identifier: Apache-2.0
#include "server/http/responder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/log.h"

namespace cis::server {

Responder::Responder(std::shared_ptr<ReplyGate> gate, std::weak_ptr<ReplySink> sink)
    : gate_(std::move(gate)), sink_(std::move(sink)) {}

Responder::~Responder() {
  if (is_done_) return;
  Log(LogLevel::kError, "http.no_reply");
  Respond(InternalErrorReply());
}

void Responder::Respond(HttpReply reply) {
  if (is_done_.exchange(true)) return;
  MutexLock lock(&gate_->mu);
  if (gate_->is_closed) return;
  // It ends before the lock does: without a server, no sink may be destroyed here.
  const std::shared_ptr<ReplySink> sink = sink_.lock();
  if (sink != nullptr) sink->Respond(std::move(reply));
}

HttpReply TextReply(int status, absl::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.body = absl::StrCat(text, "\n");
  return reply;
}

HttpReply InternalErrorReply() { return TextReply(500, "internal error; the log says more"); }

}  // namespace cis::server
