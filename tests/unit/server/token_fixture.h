// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "server/token/token_verifier.h"
#include "tests/support/test_issuer.h"

namespace cis::server {

class TestClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(seconds_.load()); }
  void Advance(int64_t seconds) { seconds_ += seconds; }
  int64_t seconds() const { return seconds_; }

 private:
  std::atomic<int64_t> seconds_{1800000000};
};

}  // namespace cis::server
