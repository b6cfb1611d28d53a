// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "schema/base/check.h"
#include "schema/base/mutex.h"

namespace cis::server {

// Holds the one immutable value that answers requests at present. Readers keep the value they took
// for as long as they need it; a new one replaces it whole. Safe to use from any number of threads.
template <typename Value>
class Holder {
 public:
  // Returns nullptr until the first Publish.
  std::shared_ptr<const Value> Current() const {
    ReaderMutexLock lock(&mu_);
    return value_;
  }

  // Releases the old value outside the lock: freeing a large one takes time.
  void Publish(std::shared_ptr<const Value> value) {
    CIS_CHECK(value != nullptr, "what answers requests is never taken away");
    {
      MutexLock lock(&mu_);
      std::swap(value_, value);
    }
    value.reset();
  }

 private:
  mutable Mutex mu_;
  std::shared_ptr<const Value> value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis::server
