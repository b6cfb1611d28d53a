// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "net/http/limit.h"

namespace cis {

struct HttpHeader {
  std::string name;
  std::string value;
};

// Consecutive requests of one optional part without an answer, after which no more are sent.
inline constexpr int kMaxSilent = 3;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;  // may hold a token; never logged
  std::string body;
  // Requests with the same key share one in-flight limit, e.g. "https://keystone.site:5000".
  // Empty means scheme, host and port of `url`.
  std::string limit_key;
  // Not empty: the answer only adds facts. Requests of one part of a key take at most half of its
  // places in flight. Once kMaxSilent of them in a row got no answer, those that have not been sent
  // end with an error of Limit::kSilentPart: a service that hangs costs an endpoint one timeout,
  // not one per share.
  std::string optional_part;
  // Further requests wait for the answer of this one: it starts before the other requests of its
  // key.
  bool leads_on = false;
  absl::Duration timeout = absl::Seconds(30);    // of one attempt, with reading the answer
  absl::Duration deadline = absl::Seconds(120);  // of all attempts together, waits included
  int64_t max_body_bytes = int64_t{32} << 20;    // decoded; more is RESOURCE_EXHAUSTED
  bool idempotent = true;                        // may be sent again after a failure
  int max_tries = 0;                             // 1 = no retry; 0 = as the transport is set
  std::string ca_file;                           // empty = the system's
  // False: nothing is sent to a loopback or link-local address, whatever name resolves to it. The
  // address of the connection itself is checked, so that DNS cannot direct a token to an internal
  // address.
  bool allow_loopback = true;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;  // decoded
  int try_count = 1;

  // Returns the first header of that name, ignoring case; empty if absent.
  absl::string_view Header(absl::string_view name) const;
};

// Sends requests concurrently from one thread. Not thread-safe.
class HttpTransport {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<HttpResponse>)>;
  virtual ~HttpTransport() = default;

  // Queues `request`. `done` runs exactly once, inside Run(). An HTTP error status that remains
  // after the retries is a response, not an error. Errors are transport failures, with the class of
  // model/records.h attached (GetErrorClass, http_error.h): UNAVAILABLE (dns, connect),
  // FAILED_PRECONDITION (tls, policy: redirect rejected), DEADLINE_EXCEEDED (timeout),
  // RESOURCE_EXHAUSTED (limit), DATA_LOSS (truncated body).
  virtual void Send(HttpRequest request, Callback done) = 0;

  // Runs transfers until none remain, including those that callbacks queue. At `deadline`, an
  // instant of Clock::Steady(), the rest fails with DEADLINE_EXCEEDED, and so do later sends. After
  // Cancel() the rest fails with CANCELLED.
  virtual absl::Status Run(absl::Time deadline) = 0;

  // May be called from a signal handler or another thread.
  virtual void Cancel() = 0;

  // Returns how often requests have exceeded the transport's limits so far.
  virtual LimitHits limit_hits() const { return {}; }
};

}  // namespace cis
