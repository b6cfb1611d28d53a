// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "schema/base/mutex.h"
#include "server/history/past.h"

namespace cis::server {

// Questions about the past that may wait. Further ones are rejected: each can cost a second, and
// the client that asked the first of so many has given up by then.
inline constexpr size_t kMaxWaitingQuestions = 64;

// One thread that owns a Past and answers questions about it one after another, so that reading a
// database never blocks a thread of gRPC or a question about the present. Safe to use from any
// number of threads.
class HistoryThread {
 public:
  using Job = std::function<void(Past&)>;

  explicit HistoryThread(PastOptions options);
  // Calls Stop().
  ~HistoryThread();
  HistoryThread(const HistoryThread&) = delete;
  HistoryThread& operator=(const HistoryThread&) = delete;

  // Queues `job` for the thread. Returns false, without queuing it, if kMaxWaitingQuestions jobs
  // are waiting already or Stop was called.
  bool Post(Job job);
  // The same without a bound, for callers that bound their jobs themselves: one job per watcher.
  bool PostAlways(Job job);

  // Runs the waiting jobs, then ends the thread. Later calls do nothing.
  void Stop();

 private:
  bool Add(Job job, size_t max_waiting);
  void Run();

  Past past_;  // used on the thread only
  Mutex mu_;
  std::condition_variable_any wake_;
  std::deque<Job> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace cis::server
