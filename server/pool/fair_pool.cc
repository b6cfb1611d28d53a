// SPDX-License-Identifier: Apache-2.0
#include "server/pool/fair_pool.h"

#include <algorithm>
#include <utility>

namespace cis::server {

FairPool::FairPool(size_t thread_count) {
  for (size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { Run(); });
}

FairPool::~FairPool() { Stop(); }

bool FairPool::Submit(const std::string& caller, Task task) {
  {
    const MutexLock lock(&mu_);
    if (closed_ || waiting_ >= kMaxWaiting) return false;
    auto line = std::find_if(lines_.begin(), lines_.end(),
                             [&caller](const Line& one) { return one.caller == caller; });
    if (line == lines_.end()) line = lines_.insert(lines_.end(), Line{caller, {}});
    if (line->tasks.size() >= kMaxWaitingOfCaller) return false;
    line->tasks.push_back(std::move(task));
    ++waiting_;
  }
  wake_.notify_one();
  return true;
}

void FairPool::Run() {
  while (true) {
    Task task;
    {
      const MutexLock lock(&mu_);
      while (lines_.empty() && !closed_) wake_.wait(mu_);
      if (lines_.empty()) return;
      task = std::move(lines_.front().tasks.front());
      lines_.front().tasks.pop_front();
      --waiting_;
      if (lines_.front().tasks.empty()) {
        lines_.pop_front();
      } else {
        lines_.splice(lines_.end(), lines_, lines_.begin());  // the others come first
      }
    }
    if (task.is_wanted()) {
      task.run();
    } else {
      task.drop(false);
    }
  }
}

void FairPool::Close() {
  std::list<Line> dropped;
  {
    const MutexLock lock(&mu_);
    closed_ = true;
    dropped.swap(lines_);
    waiting_ = 0;
  }
  wake_.notify_all();
  for (const Line& line : dropped) {
    for (const Task& task : line.tasks) task.drop(true);
  }
}

void FairPool::Stop() {
  Close();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace cis::server
