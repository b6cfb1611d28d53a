#pragma once

// Is a failed try worth another one, and how long is the wait? Pure but for the seeded generator.

#include <cstdint>
#include <optional>
#include <random>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::crawler {

struct BackoffOptions {
  int max_tries = 4;     // counted tries of one request, the first included
  int max_timeouts = 2;  // tries that may time out: a hanging site costs twice `timeout`, not more
  int max_fresh_tries = 2;  // uncounted tries after a reused connection was closed under us
  absl::Duration base = absl::Milliseconds(500);       // upper end of the first wait
  absl::Duration cap = absl::Seconds(20);              // upper end of any wait
  absl::Duration retry_after_cap = absl::Seconds(60);  // longest Retry-After that is honoured
};

// How one try ended.
enum class TryResult {
  kAnswer,        // an HTTP answer, whatever its status
  kNotSent,       // name, connection: the site has not seen the request
  kNoAnswer,      // the connection broke before the answer
  kBrokenAnswer,  // the connection broke inside the answer
  kReusedClosed,  // a reused connection was closed before any answer: the keep-alive race
  kTimeout,       // nobody answered in time, or the connection was not made in time
  kFinal,         // no later try can differ: TLS, policy, limit, deadline
};

// What became of the tries of one request so far.
struct TryHistory {
  int try_count = 0;      // counted tries
  int timeout_count = 0;  // of them, those that timed out
  int fresh_count = 0;    // uncounted tries
};

// What to do after a try.
struct RetryDecision {
  bool retry = false;
  bool fresh_connection = false;  // on a new connection, at once, not counted
  absl::Duration wait = absl::ZeroDuration();
};

class Backoff {
 public:
  Backoff(const BackoffOptions& options, uint64_t seed) : options_(options), random_(seed) {}

  // Decides after a try that ended as `result`. `history` includes that try. `http_status` counts
  // for kAnswer only, `retry_after` is what the answer asked for. A request that is not idempotent
  // is sent again only if the site cannot have seen it.
  RetryDecision Decide(TryResult result, int http_status, std::optional<absl::Duration> retry_after,
                       bool idempotent, const TryHistory& history);

  // Wait before try number `try_count` + 1: full jitter, uniform over [0, min(cap, base*2^(n-1))].
  // With `retry_after`: that, cut to retry_after_cap, plus jitter over [0, base], so that many
  // requests that were sent away together do not come back together.
  absl::Duration Wait(int try_count, std::optional<absl::Duration> retry_after);

 private:
  double Uniform();  // [0, 1), equal on every platform for equal seeds

  const BackoffOptions options_;
  std::mt19937_64 random_;
};

// Reads a Retry-After header: seconds, or an HTTP-date in any of its three forms. A date is counted
// from `date_header` (the answer's own Date) if that is readable, since clocks differ, else from
// `now`. Never negative. Returns nothing if `value` is neither.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::string_view date_header, absl::Time now);

}  // namespace cis::crawler
