#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace cis {

// Where every component below `main` gets the time from, so that tests decide it.
// Implementations are safe to use from any number of threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace cis
