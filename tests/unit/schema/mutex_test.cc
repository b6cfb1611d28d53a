// SPDX-License-Identifier: Apache-2.0
#include "schema/base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cis {
namespace {

class Counter {
 public:
  void Add() {
    MutexLock lock(&mu_);
    const int before = value_;
    std::this_thread::yield();
    value_ = before + 1;
  }
  int value() const {
    ReaderMutexLock lock(&mu_);
    return value_;
  }

 private:
  mutable Mutex mu_;
  int value_ ABSL_GUARDED_BY(mu_) = 0;
};

TEST(Mutex, KeepsWritersApart) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 500; ++n) counter.Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 2000);
}

TEST(Mutex, LetsReadersInTogether) {
  Mutex mu;
  ReaderMutexLock first(&mu);
  bool is_in = false;
  std::thread second([&] {
    ReaderMutexLock lock(&mu);
    is_in = true;
  });
  second.join();  // would not end if readers excluded each other
  EXPECT_TRUE(is_in);
}

}  // namespace
}  // namespace cis
