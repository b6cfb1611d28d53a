#pragma once

// What one request may cost: each step of a search is counted, so that no request, however broad,
// keeps a thread for long, and one whose caller has gone stops at once. A step is a flavor or an
// image that is held against the request, some 20 ns.

#include <cstdint>
#include <functional>
#include <utility>

namespace cis::server {

// What other work costs, in steps, by tests/bench/request_cost.py: a flavor and an image that are
// held against each other; a placement that is made, with its score and its place in the order; a
// glob that a name is held against.
inline constexpr int64_t kStepsPerPair = 50;
inline constexpr int64_t kStepsPerPlacement = 80;
inline constexpr int64_t kStepsPerGlob = 2;

// Not for several threads at a time.
class Work {
 public:
  // Why there is no more work to be done.
  enum class End { kNotYet = 0, kSpent, kCancelled };

  // Without bounds.
  Work() = default;
  // At most `limit` steps. `is_cancelled` is asked now and then; it may be empty.
  Work(int64_t limit, std::function<bool()> is_cancelled)
      : left_(limit), is_cancelled_(std::move(is_cancelled)) {}

  // Counts steps that are about to be made. Returns false if they must not be made; from then on it
  // always does.
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
