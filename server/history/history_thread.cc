// SPDX-License-Identifier: Apache-2.0
#include "server/history/history_thread.h"

#include <limits>
#include <utility>

namespace cis::server {

HistoryThread::HistoryThread(PastOptions options)
    : past_(std::move(options)), thread_([this] { Run(); }) {}

HistoryThread::~HistoryThread() { Stop(); }

bool HistoryThread::Post(Job job) { return Add(std::move(job), kMaxWaitingQuestions); }

bool HistoryThread::PostAlways(Job job) {
  return Add(std::move(job), std::numeric_limits<size_t>::max());
}

bool HistoryThread::Add(Job job, size_t max_waiting) {
  {
    const MutexLock lock(&mu_);
    if (stopping_ || waiting_.size() >= max_waiting) return false;
    waiting_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void HistoryThread::Run() {
  while (true) {
    Job job;
    mu_.Lock();
    while (waiting_.empty() && !stopping_) wake_.wait(mu_);
    if (waiting_.empty()) {
      mu_.Unlock();
      return;
    }
    job = std::move(waiting_.front());
    waiting_.pop_front();
    mu_.Unlock();
    job(past_);
  }
}

void HistoryThread::Stop() {
  {
    const MutexLock lock(&mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cis::server
