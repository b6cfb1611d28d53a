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

// A question about the history: exactly one of `answer` and `drop` is called.
struct Question {
  std::function<void(Past&)> answer;
  // Asked on the thread when it is the question's turn: false drops it, because no client waits for
  // the answer any more. nullptr = always true; needs `drop`.
  std::function<bool()> is_wanted;
  // `stopped`: the thread was closed; otherwise the question is not wanted. nullptr = it is
  // answered even if the thread is closed meanwhile.
  std::function<void(bool stopped)> drop;
};

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

  // Queues `question` for the thread. Returns false, without calling any part of it, if
  // kMaxWaitingQuestions are waiting already or the thread is stopped.
  bool Ask(Question question);
  // Queues `job`, without a bound, for callers that bound their jobs themselves: one job per
  // watcher. It is run even if the thread is closed meanwhile. Returns false if it is already.
  bool Post(Job job);

  // Drops the waiting questions and takes no more; does not wait for the one in progress. Later
  // calls do nothing.
  void Close();
  // Closes, and waits for the thread to end. Later calls do nothing.
  void Stop();

 private:
  bool Add(Question question, size_t max_waiting);
  void Run();

  Past past_;  // used on the thread only
  Mutex mu_;
  std::condition_variable_any wake_;
  std::deque<Question> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace cis::server
