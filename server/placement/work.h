// SPDX-License-Identifier: Apache-2.0
#pragma once

// Limits the cost of one request: each step of a search is counted, so that no request, however
// broad, occupies a thread for long, and a request whose caller has gone away stops at once. A step
// is one flavor or image compared with the request, some 20 ns.

#include <cstdint>
#include <functional>
#include <utility>

namespace cis::server {

// The cost of other work in steps, measured with tests/bench/request_cost.py: comparing a flavor
// with an image; making a placement, with its score and its position; comparing a name with a glob.
inline constexpr int64_t kStepsPerPair = 50;
inline constexpr int64_t kStepsPerPlacement = 80;
inline constexpr int64_t kStepsPerGlob = 2;

// Not thread-safe.
class Work {
 public:
  // Why the search must stop.
  enum class End { kNotYet = 0, kSpent, kCancelled };

  // No limit.
  Work() = default;
  // At most `limit` steps. `is_cancelled` is called now and then; it may be empty.
  Work(int64_t limit, std::function<bool()> is_cancelled)
      : left_(limit), is_cancelled_(std::move(is_cancelled)) {}

  // Counts steps that are about to be made. Returns false if they must not be made, and from then
  // on always.
  bool Spend(int64_t steps) {
    if (end_ != End::kNotYet) return false;
    left_ -= steps;
    until_look_ -= steps;
    if (left_ < 0) {
      end_ = End::kSpent;
    } else if (until_look_ < 0) {
      until_look_ = kLookEvery;
      if (is_cancelled_ && is_cancelled_()) end_ = End::kCancelled;
    }
    return end_ == End::kNotYet;
  }

  End end() const { return end_; }

 private:
  // Less than a millisecond.
  static constexpr int64_t kLookEvery = 10'000;

  int64_t left_ = INT64_MAX;
  int64_t until_look_ = kLookEvery;
  std::function<bool()> is_cancelled_;
  End end_ = End::kNotYet;
};

}  // namespace cis::server
