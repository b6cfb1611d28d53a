// SPDX-License-Identifier: Apache-2.0
#include "server/history/history_thread.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/errors.h"
#include "server/serving/change_watch.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;

// A thread whose first question is in progress until Release.
class HistoryThreadTest : public ::testing::Test {
 protected:
  HistoryThreadTest() : thread_(PastOptions()) {
    EXPECT_TRUE(thread_.Post([this](Past&) {
      begun_.set_value();
      released_.get_future().wait();
    }));
    begun_.get_future().wait();
  }
  ~HistoryThreadTest() override { Release(); }

  void Release() {
    if (!is_released_) released_.set_value();
    is_released_ = true;
  }
  Question Asked(const std::string& name, bool is_wanted = true) {
    return {.answer = [this, name](Past&) { events_.push_back("answered " + name); },
            .is_wanted = [is_wanted] { return is_wanted; },
            .drop =
                [this, name](bool stopped) {
                  events_.push_back((stopped ? "stopped " : "not wanted ") + name);
                }};
  }

  std::promise<void> begun_;
  std::promise<void> released_;
  bool is_released_ = false;
  std::vector<std::string> events_;  // of the thread, or of the test while that waits
  HistoryThread thread_;
};

TEST_F(HistoryThreadTest, WhatNobodyWaitsForIsNotAnswered) {
  EXPECT_TRUE(thread_.Ask(Asked("gone", false)));
  EXPECT_TRUE(thread_.Ask(Asked("here")));
  std::promise<void> last;
  EXPECT_TRUE(thread_.Post([&last](Past&) { last.set_value(); }));
  Release();
  last.get_future().wait();
  EXPECT_THAT(events_, ElementsAre("not wanted gone", "answered here"));
}

// Otherwise a server that stops would answer 64 questions first.
TEST_F(HistoryThreadTest, CloseDropsWhatWaitsAtOnceAndKeepsJobs) {
  std::promise<void> job;
  EXPECT_TRUE(thread_.Ask(Asked("one")));
  EXPECT_TRUE(thread_.Post([&job](Past&) { job.set_value(); }));
  EXPECT_TRUE(thread_.Ask(Asked("two")));
  thread_.Close();
  // The first question is still in progress.
  EXPECT_THAT(events_, ElementsAre("stopped one", "stopped two"));
  EXPECT_FALSE(thread_.Ask(Asked("three")));
  EXPECT_FALSE(thread_.Post([](Past&) {}));
  Release();
  job.get_future().wait();
  thread_.Stop();
  EXPECT_THAT(events_, ElementsAre("stopped one", "stopped two"));
}

TEST_F(HistoryThreadTest, RefusesMoreThanMayWait) {
  for (size_t i = 0; i < kMaxWaitingQuestions; ++i) EXPECT_TRUE(thread_.Ask(Asked("early")));
  EXPECT_FALSE(thread_.Ask(Asked("late")));
  EXPECT_TRUE(thread_.Post([](Past&) {}));
  thread_.Close();
  EXPECT_EQ(events_.size(), kMaxWaitingQuestions);
}

TEST(ChangeFeed, OneAddressCannotTakeAllStreams) {
  ChangeFeed feed;
  const auto add = [&feed](const std::string& address) {
    CallSource source;
    source.address = address;
    const auto watcher =
        std::make_shared<ChangeWatcher>(&feed, nullptr, nullptr, std::move(source), nullptr);
    return ErrorReason(feed.Add(watcher));
  };
  for (int i = 0; i < kMaxWatchersPerAddress; ++i) EXPECT_EQ(add("192.0.2.1"), "");
  EXPECT_EQ(add("192.0.2.1"), "TOO_MANY_WATCHERS");
  for (int i = kMaxWatchersPerAddress; i < kMaxWatchers; ++i) EXPECT_EQ(add(""), "");
  EXPECT_EQ(add("192.0.2.2"), "TOO_MANY_WATCHERS");
}

}  // namespace
}  // namespace cis::server
