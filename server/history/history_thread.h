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

// Questions about the past that may wait. More than that are refused: each can cost a second, and
// who asked the first has given up by then.
inline constexpr size_t kMaxWaitingQuestions = 64;

// One thread that owns a Past and answers questions about it one after another, so that reading a
// database never keeps a thread of gRPC or a question about now waiting. Safe to use from any
// number of threads.
class HistoryThread {
 public:
  using Job = std::function<void(Past&)>;

  explicit HistoryThread(PastOptions options);
  // Stops.
  ~HistoryThread();
  HistoryThread(const HistoryThread&) = delete;
  HistoryThread& operator=(const HistoryThread&) = delete;

  // Runs `job` on the thread, in its turn. Returns false, and forgets it, if kMaxWaitingQuestions
  // wait already or Stop was called.
  bool Post(Job job);
  // The same without a bound, for who bounds it himself: one job a watcher.
  bool PostAlways(Job job);

  // Runs what waits, then ends the thread. Later calls do nothing.
  void Stop();

 private:
  bool Add(Job job, size_t max_waiting);
  void Run();

  Past past_;  // of the thread
  Mutex mu_;
  std::condition_variable_any wake_;
  std::deque<Job> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace cis::server
