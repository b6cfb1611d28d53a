// SPDX-License-Identifier: Apache-2.0
#include "server/history/history_thread.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace cis::server {

HistoryThread::HistoryThread(PastOptions options)
    : past_(std::move(options)), thread_([this] { Run(); }) {}

HistoryThread::~HistoryThread() { Stop(); }

bool HistoryThread::Ask(Question question) {
  return Add(std::move(question), kMaxWaitingQuestions);
}

bool HistoryThread::Post(Job job) {
  return Add({.answer = std::move(job), .is_wanted = nullptr, .drop = nullptr},
             std::numeric_limits<size_t>::max());
}

bool HistoryThread::Add(Question question, size_t max_waiting) {
  {
    const MutexLock lock(&mu_);
    if (stopping_ || waiting_.size() >= max_waiting) return false;
    waiting_.push_back(std::move(question));
  }
  wake_.notify_one();
  return true;
}

void HistoryThread::Run() {
  while (true) {
    Question question;
    {
      const MutexLock lock(&mu_);
      while (waiting_.empty() && !stopping_) wake_.wait(mu_);
      if (waiting_.empty()) return;
      question = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (question.is_wanted && !question.is_wanted()) {
      question.drop(false);
    } else {
      question.answer(past_);
    }
  }
}

void HistoryThread::Close() {
  std::vector<Question> dropped;
  {
    const MutexLock lock(&mu_);
    stopping_ = true;
    const auto keeps = [](const Question& question) { return question.drop == nullptr; };
    const auto first = std::stable_partition(waiting_.begin(), waiting_.end(), keeps);
    dropped.assign(std::make_move_iterator(first), std::make_move_iterator(waiting_.end()));
    waiting_.erase(first, waiting_.end());
  }
  wake_.notify_all();
  for (const Question& question : dropped) question.drop(true);
}

void HistoryThread::Stop() {
  Close();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cis::server
