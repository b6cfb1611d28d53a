#pragma once

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace cis {

// Where every component below `main` gets the time from, so that tests decide it.
// Implementations are safe to use from any number of threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  // An instant that only moves on, whatever is done to the machine's clock. Only differences mean
  // something: deadlines and durations are measured by it, times that are kept come from Now().
  virtual absl::Time Steady() const { return Now(); }
};

// The machine's clock.
class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Time Steady() const override {
    return absl::UnixEpoch() +
           absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace cis
