// SPDX-License-Identifier: Apache-2.0
#pragma once

// HTTP/1.1 as bytes: from bytes to a request, and from a reply to bytes. No I/O, no time.

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/http/http_message.h"

namespace cis::server {

struct RequestLimits {
  size_t header_bytes = 16 << 10;  // the request line and all headers
  size_t header_count = 100;
  size_t body_bytes = 1 << 20;  // decoded
};

// Why a request is refused: the status of the reply, and a sentence for the client.
struct Refusal {
  int status = 400;
  std::string message;
};

// Reads one request. Whatever two programs could read differently is refused, because one of them
// may be the proxy in front (request smuggling).
class RequestReader {
 public:
  enum class Progress {
    kHeader,   // wants more bytes
    kBody,     // has the header and wants more bytes
    kDone,     // has the request
    kRefused,  // has a refusal; the connection must be closed after the reply
  };

  explicit RequestReader(const RequestLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Takes the next bytes of the connection, in pieces of any size. Later calls do nothing once the
  // request is done or refused.
  Progress Feed(absl::string_view bytes);

  Progress progress() const;
  bool is_untouched() const;  // whether no byte was fed
  // Whether the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;
  // Whether the connection may be used for another request after this one. Not so for HTTP/1.0, if
  // the client does not want it, and if bytes came that do not belong to this request.
  bool keeps_alive() const;
  // Call once the request is done. `peer` is empty.
  HttpRequest TakeRequest();
  // Call if the request is refused.
  const Refusal& refusal() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Whether a reply with this status has a body: not so for 204 and 304.
bool HasBody(int status);

// Returns the status line and the headers of a reply, with the empty line that ends them. Returns
// "" for a reply that clients could read in another way than it is meant: the status is not from
// 200 to 599, the value of a header has a line break, or a header is one that the server writes
// itself.
std::string ReplyHead(const HttpReply& reply, bool closes);

}  // namespace cis::server
