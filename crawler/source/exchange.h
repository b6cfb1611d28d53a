// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// The time limits for requests of one source.
struct SourceOptions {
  absl::Duration timeout = absl::Seconds(30);    // of one attempt
  absl::Duration deadline = absl::Seconds(120);  // of all attempts of one request
};

// One answer as the state machines of a source see it.
struct Answer {
  std::string url;                        // as asked; holds no secret
  absl::StatusOr<HttpResponse> response;  // or the transport's error
  absl::Time time = absl::InfinitePast();
};

// The requests of one source that wait for an answer, and the results that its state machines
// report meanwhile. The machines ask with a continuation; the owner of the exchange moves the
// bytes. Not thread-safe.
class Exchange {
 public:
  using Handler = absl::AnyInvocable<void(const Answer&)>;

  explicit Exchange(SourceOptions options) : options_(options) {}

  // Queues `request`; `handler` runs once, when its answer is delivered. The request is counted
  // under `kind`. `share_key` is SourceRequest's.
  void Ask(Kind kind, HttpRequest request, Handler handler, std::string share_key = "");
  // Queues a request for an unscoped token of the target; see UnscopedRequest. It is counted where
  // the login is made, not here.
  using UnscopedHandler = absl::AnyInvocable<void(const absl::StatusOr<UnscopedToken>&)>;
  void AskUnscoped(std::string refused, UnscopedHandler handler);
  void Emit(SourceEvent event);
  // Records that a kind failed with `status`, if that comes from a limit that is counted per
  // listing.
  void CountLimit(const absl::Status& status);

  // Runs the handler of `tag`. An unknown tag is ignored. An answer that exceeds the limits on all
  // answers (depth, values, bytes of the share) becomes an error here, before it is parsed.
  void Deliver(int64_t tag, const absl::StatusOr<HttpResponse>& response, absl::Time now);
  void DeliverUnscoped(int64_t tag, const absl::StatusOr<UnscopedToken>& token, absl::Time now);
  // Returns everything that was queued since the last call.
  SourceStep Take() { return std::exchange(step_, {}); }

  void set_now(absl::Time now) { now_ = now; }
  absl::Time now() const { return now_; }
  bool idle() const { return pending_.empty() && pending_unscoped_.empty(); }
  // Returns the number of requests answered for `kind`, retries included.
  int64_t RequestCount(Kind kind) const;
  const SourceOptions& options() const { return options_; }

 private:
  absl::Status CheckBounds(const HttpResponse& response);

  struct Pending {
    Kind kind;
    std::string url;
    Handler handler;
  };

  SourceOptions options_;
  SourceStep step_;
  std::map<int64_t, Pending> pending_;
  std::map<int64_t, UnscopedHandler> pending_unscoped_;
  std::map<Kind, int64_t> request_counts_;
  int64_t next_tag_ = 1;
  int64_t body_bytes_ = 0;  // of all answers
  absl::Time now_ = absl::InfinitePast();
};

// The result of a state machine that fetches one kind: all its documents, or why there are none.
using DocumentsDone = absl::AnyInvocable<void(absl::StatusOr<std::vector<Document>>)>;

}  // namespace cis::crawler
