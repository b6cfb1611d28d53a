// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace cis {

// The source of time for every component below `main`, so that tests control it. Implementations
// are safe to use from any number of threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  // An instant that only moves forward, whatever happens to the machine's clock. Only differences
  // are meaningful: use it for deadlines and durations, and Now() for times that are stored.
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
