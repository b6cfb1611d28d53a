// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "schema/base/mutex.h"

namespace cis::server {

// A few threads for requests that cost much, so that those that cost little always find one of
// gRPC's. Callers take turns: one that asks for much waits for its own requests. Safe to use from
// any number of threads.
class FairPool {
 public:
  // Exactly one of `run` and `drop` is called.
  struct Task {
    std::function<void()> run;
    // Asked when it is the task's turn: false drops it, because no client waits for it any more.
    std::function<bool()> is_wanted;
    // `stopped`: the pool was closed; otherwise the task is not wanted.
    std::function<void(bool stopped)> drop;
  };

  // Tasks that may wait, in all and of one caller. More are refused: each takes up to a second, and
  // a client that is refused at once can ask elsewhere.
  static constexpr size_t kMaxWaiting = 64;
  static constexpr size_t kMaxWaitingOfCaller = 32;

  explicit FairPool(size_t thread_count);
  // Calls Stop().
  ~FairPool();
  FairPool(const FairPool&) = delete;
  FairPool& operator=(const FairPool&) = delete;

  // Queues a task of `caller`. Returns false, without calling any part of it, if too many wait
  // already or the pool is closed.
  bool Submit(const std::string& caller, Task task);

  // Drops the waiting tasks and takes no more; does not wait for those in progress. Later calls do
  // nothing.
  void Close();
  // Closes, and waits for the threads to end. Later calls do nothing.
  void Stop();

 private:
  // The waiting tasks of one caller; never empty.
  struct Line {
    std::string caller;
    std::deque<Task> tasks;
  };

  void Run();

  Mutex mu_;
  std::condition_variable_any wake_;
  std::list<Line> lines_ ABSL_GUARDED_BY(mu_);  // the first has the next turn
  size_t waiting_ ABSL_GUARDED_BY(mu_) = 0;     // in all lines
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace cis::server
