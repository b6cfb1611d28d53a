// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "absl/time/time.h"

namespace cis::server {

// Decides which part of the requests is worked on, so that none waits long: the part shrinks once
// requests have waited for some time, and grows again slowly when they do not. Observe is for one
// thread, the others for any number of them.
class LoadGate {
 public:
  // Requests may wait for so long.
  static constexpr absl::Duration kTarget = absl::Milliseconds(10);

  // Takes for how long requests wait at present; call it about every kInterval.
  static constexpr absl::Duration kInterval = absl::Milliseconds(10);
  void Observe(absl::Duration wait);

  // Whether the next request is worked on. Of each N, so many are as part() says.
  bool Admits();

  // From 0 to 1.
  double part() const { return part_; }

 private:
  int above_ = 0;  // observations over the target, one after the other
  std::atomic<double> part_{1};
  std::atomic<double> credit_{0};
};

}  // namespace cis::server
