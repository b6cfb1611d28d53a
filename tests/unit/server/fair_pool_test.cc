// SPDX-License-Identifier: Apache-2.0
#include "server/pool/fair_pool.h"

#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;

// A pool of one thread, which is busy until Release.
class FairPoolTest : public ::testing::Test {
 protected:
  FairPoolTest() : pool_(1) {
    EXPECT_TRUE(pool_.Submit("first", {.run =
                                           [this] {
                                             begun_.set_value();
                                             released_.get_future().wait();
                                           },
                                       .is_wanted = [] { return true; },
                                       .drop = [](bool) {}}));
    begun_.get_future().wait();
  }
  ~FairPoolTest() override { Release(); }

  void Release() {
    if (!is_released_) released_.set_value();
    is_released_ = true;
  }
  bool Submit(const std::string& caller, const std::string& name, bool is_wanted = true) {
    return pool_.Submit(
        caller, {.run = [this, name] { events_.push_back(name); },
                 .is_wanted = [is_wanted] { return is_wanted; },
                 .drop =
                     [this, name](bool stopped) {
                       events_.push_back(absl::StrCat(name, stopped ? " stopped" : " not wanted"));
                     }});
  }
  // Lets the pool do all that waits.
  void Finish() {
    std::promise<void> last;
    EXPECT_TRUE(pool_.Submit("last", {.run = [&last] { last.set_value(); },
                                      .is_wanted = [] { return true; },
                                      .drop = [](bool) {}}));
    Release();
    last.get_future().wait();
    pool_.Stop();
  }

  std::promise<void> begun_;
  std::promise<void> released_;
  bool is_released_ = false;
  std::vector<std::string> events_;  // of the thread, or of the test while that waits
  FairPool pool_;
};

TEST_F(FairPoolTest, CallersTakeTurns) {
  for (const char* name : {"a1", "a2", "a3"}) EXPECT_TRUE(Submit("a", name));
  EXPECT_TRUE(Submit("b", "b1"));
  EXPECT_TRUE(Submit("c", "c1"));
  EXPECT_TRUE(Submit("b", "b2"));
  // "last" is a caller too: its turn is after one task of each.
  std::promise<void> done;
  EXPECT_TRUE(Submit("d", "d1"));
  Release();
  EXPECT_TRUE(pool_.Submit("a", {.run = [&done] { done.set_value(); },
                                 .is_wanted = [] { return true; },
                                 .drop = [](bool) {}}));
  done.get_future().wait();
  pool_.Stop();
  EXPECT_THAT(events_, ElementsAre("a1", "b1", "c1", "d1", "a2", "b2", "a3"));
}

TEST_F(FairPoolTest, WhatNoClientWaitsForIsDropped) {
  EXPECT_TRUE(Submit("a", "gone", false));
  EXPECT_TRUE(Submit("b", "here"));
  Finish();
  EXPECT_THAT(events_, ElementsAre("gone not wanted", "here"));
}

TEST_F(FairPoolTest, OneCallerCannotFillTheQueue) {
  for (size_t i = 0; i < FairPool::kMaxWaitingOfCaller; ++i) EXPECT_TRUE(Submit("a", "a"));
  EXPECT_FALSE(Submit("a", "a"));
  for (size_t i = FairPool::kMaxWaitingOfCaller; i < FairPool::kMaxWaiting; ++i) {
    EXPECT_TRUE(Submit(absl::StrCat("b", i), "b"));
  }
  EXPECT_FALSE(Submit("c", "c"));
  pool_.Close();
  EXPECT_EQ(events_.size(), FairPool::kMaxWaiting);
  EXPECT_EQ(events_.front(), "a stopped");
  EXPECT_FALSE(Submit("d", "d"));
}

}  // namespace
}  // namespace cis::server
