// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether to retry a failed attempt, and how long to wait. Pure but for the seeded generator.

#include <cstdint>
#include <optional>
#include <random>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis {

struct BackoffOptions {
  int max_tries = 4;     // counted attempts of one request, the first included
  int max_timeouts = 2;  // attempts that may time out: a hanging site costs at most 2 x `timeout`
  int max_fresh_tries = 2;  // uncounted attempts after a reused connection was closed by the site
  absl::Duration base = absl::Milliseconds(500);       // upper end of the first wait
  absl::Duration cap = absl::Seconds(20);              // upper end of any wait
  absl::Duration retry_after_cap = absl::Seconds(60);  // longest Retry-After that is honoured
};

// How one attempt ended.
enum class TryResult {
  kAnswer,        // an HTTP answer, whatever its status
  kNotSent,       // name, connection: the site has not received the request
  kNoAnswer,      // the connection broke before the answer
  kBrokenAnswer,  // the connection broke inside the answer
  kReusedClosed,  // a reused connection was closed before any answer: the keep-alive race
  kTimeout,       // no answer, or no connection, in time
  kFinal,         // a retry cannot change it: TLS, policy, limit, deadline
};

// The attempts of one request so far.
struct TryHistory {
  int try_count = 0;      // counted attempts
  int timeout_count = 0;  // of them, those that timed out
  int fresh_count = 0;    // uncounted attempts
};

// What to do after an attempt.
struct RetryDecision {
  bool retry = false;
  bool fresh_connection = false;  // on a new connection, at once, not counted
  absl::Duration wait = absl::ZeroDuration();
};

class Backoff {
 public:
  Backoff(const BackoffOptions& options, uint64_t seed) : options_(options), random_(seed) {}

  // Decides what to do after an attempt that ended as `result`. `history` includes that attempt.
  // `http_status` is used for kAnswer only; `retry_after` is the value from the answer. A request
  // that is not idempotent is only sent again if the site cannot have received it.
  RetryDecision Decide(TryResult result, int http_status, std::optional<absl::Duration> retry_after,
                       bool idempotent, const TryHistory& history);

  // Returns the wait before attempt number `try_count` + 1: full jitter, uniform over [0, min(cap,
  // base*2^(n-1))]. With `retry_after`: that, cut to retry_after_cap, plus jitter over [0, base],
  // so that many requests that were rejected together do not return together.
  absl::Duration Wait(int try_count, std::optional<absl::Duration> retry_after);

 private:
  double Uniform();  // [0, 1), equal on every platform for equal seeds

  const BackoffOptions options_;
  std::mt19937_64 random_;
};

// Reads a Retry-After header: seconds, or an HTTP-date in any of its three forms. A date is
// relative to `date_header` (the answer's own Date) if that is readable, since clocks differ, else
// to `now`. Never negative. Returns nothing if `value` is neither.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::string_view date_header, absl::Time now);

}  // namespace cis
