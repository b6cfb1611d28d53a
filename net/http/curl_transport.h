// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "net/http/backoff.h"
#include "net/http/curl_try.h"
#include "net/http/in_flight_queue.h"
#include "net/http/transport.h"
#include "net/http/url.h"
#include "schema/base/clock.h"

namespace cis {

struct TransportOptions {
  int max_in_flight_per_key = 6;  // what a site's API workers can handle; at least 1
  int max_in_flight = 300;        // requests at one moment in total; at least 1
  int max_redirects = 3;          // of one request, all to its own origin
  CurlTryOptions tries;
  BackoffOptions backoff;
  uint64_t seed = 0;  // of the jitter
};

// Statistics of a transport.
struct TransportStats {
  int64_t request_count = 0;     // Send() calls
  int64_t try_count = 0;         // requests on the wire, redirects and retries included
  int64_t retry_count = 0;       // tries after a wait
  int64_t fresh_count = 0;       // tries repeated at once because an idle connection was closed
  int64_t redirect_count = 0;    // redirects followed
  int64_t connection_count = 0;  // connections made
  int64_t wire_bytes = 0;        // of bodies, as received
  int64_t body_bytes = 0;        // of bodies, decoded
  int max_in_flight = 0;         // most tries at one moment
  int64_t http2_count = 0;       // answers that came by HTTP/2
  LimitHits limit_hits;
};

// HttpTransport over libcurl's multi interface, on the thread that calls Run(). Not thread-safe
// except for Cancel(), which is permanent and acts within 100 ms.
//
// Waits and deadlines use the clock's Steady(), so that setting the machine's clock ends nothing. A
// request's `deadline` starts with its first attempt: waiting in the queue is not the site's fault,
// and Run() has its own deadline. A request that waits for a retry does not count as in flight. An
// answer with Retry-After pauses every request of its limit_key. Callbacks that have not run when
// the transport is destroyed never run.
//
// A request stops being in flight as soon as its answer is complete, even if the answer is still
// queued for its callback: slow callbacks do not leave the sites idle.
class CurlTransport : public HttpTransport {
 public:
  // `clock` must outlive the transport. Returns INVALID_ARGUMENT if a limit is below 1, INTERNAL if
  // libcurl cannot be set up.
  static absl::StatusOr<std::unique_ptr<CurlTransport>> Create(TransportOptions options,
                                                               const Clock* clock);
  ~CurlTransport() override;

  void Send(HttpRequest request, Callback done) override;
  absl::Status Run(absl::Time deadline) override;
  void Cancel() override { cancelled_.store(true); }

  LimitHits limit_hits() const override { return stats_.limit_hits; }
  const TransportStats& stats() const { return stats_; }

 private:
  // A request, from Send() to its callback.
  struct Exchange {
    HttpRequest request;
    Callback done;
    std::string key;
    Url url;  // changes with redirects
    absl::Time deadline = absl::InfiniteFuture();
    TryHistory history;
    int redirect_count = 0;
    bool fresh_connection = false;
    bool cut_by_deadline = false;      // the running try
    std::unique_ptr<CurlTry> running;  // null while waiting
    absl::Status error;                // a request that is wrong from the start
  };

  CurlTransport(TransportOptions options, const Clock* clock, void* multi);

  void CountHit(Limit limit, int64_t count = 1);
  void StartWaiting(absl::Time now);
  void StartTry(int64_t id, Exchange& exchange, absl::Time now);
  void PushFront(int64_t id, const Exchange& exchange);
  void Release(const Exchange& exchange);
  // Records whether a request of an optional part got an answer.
  void NoteAnswer(const Exchange& exchange, bool has_answer);
  // Takes the finished transfers from libcurl. Returns false if there are none.
  bool TakeFinished();
  // Runs the callbacks of the oldest answers. Returns false if there are none.
  bool HandOver();
  void OnTryEnd(int64_t id, Exchange& exchange, CurlTryEnd end);
  // Returns true if the answer is a redirect that is followed or rejected; the exchange is then
  // dealt with.
  bool OnRedirect(int64_t id, Exchange& exchange, const HttpResponse& response);
  void Stop(Exchange& exchange);                              // removes a running try from libcurl
  void End(int64_t id, absl::StatusOr<HttpResponse> result);  // HandOver() does the rest
  void EndAll(absl::StatusCode code, absl::string_view why);
  absl::Time NextEvent(absl::Time now, absl::Time deadline) const;

  const TransportOptions options_;
  const Clock* const clock_;
  void* const multi_;  // CURLM*
  std::atomic<bool> cancelled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free, "Cancel() is called by signal handlers");

  Backoff backoff_;
  InFlightQueue queue_;
  int64_t next_id_ = 1;
  std::map<int64_t, std::unique_ptr<Exchange>> exchanges_;                 // in the order of Send()
  std::map<void*, int64_t> running_;                                       // by libcurl's handle
  std::deque<std::pair<Callback, absl::StatusOr<HttpResponse>>> answers_;  // to be handed over
  int64_t waiting_bytes_ = 0;                                              // of their bodies
  std::map<std::pair<std::string, std::string>, int> silent_;  // in a row, by key and part
  std::deque<int64_t> wrong_;                                  // to be ended with `error`
  std::multimap<absl::Time, int64_t> retries_;                 // by the time they are due
  TransportStats stats_;
};

}  // namespace cis
