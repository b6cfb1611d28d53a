#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crawler/http/in_flight_queue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis {
namespace {

using testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1000);

// All that may start now.
std::vector<int64_t> StartAll(InFlightQueue& queue, absl::Time now = kNow) {
  std::vector<int64_t> started;
  while (const std::optional<int64_t> id = queue.Start(now)) started.push_back(*id);
  return started;
}

TEST(InFlightQueue, StartsInOrderUpToTheLimitOfAKey) {
  InFlightQueue queue(2, 10);
  for (const int64_t id : {1, 2, 3, 4}) queue.PushBack("a", id);
  EXPECT_THAT(StartAll(queue), ElementsAre(1, 2));
  queue.Release("a");
  EXPECT_THAT(StartAll(queue), ElementsAre(3));
  queue.Release("a");
  queue.Release("a");
  EXPECT_THAT(StartAll(queue), ElementsAre(4));
  EXPECT_EQ(queue.in_flight(), 1);
}

TEST(InFlightQueue, KeysTakeTurnsUnderTheLimitOfAll) {
  InFlightQueue queue(10, 4);
  for (const int64_t id : {1, 2, 3, 4, 5}) queue.PushBack("a", id);
  queue.PushBack("b", 11);
  queue.PushBack("b", 12);
  queue.PushBack("c", 21);
  EXPECT_THAT(StartAll(queue), ElementsAre(1, 11, 21, 2));
  queue.Release("c");
  queue.Release("a");
  EXPECT_THAT(StartAll(queue), ElementsAre(12, 3));
}

TEST(InFlightQueue, WhatComesBackGoesFirst) {
  InFlightQueue queue(1, 10);
  for (const int64_t id : {1, 2}) queue.PushBack("a", id);
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
  queue.Release("a");
  queue.PushFront("a", 1);
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
}

TEST(InFlightQueue, APausedKeyWaitsAndOthersGoOn) {
  InFlightQueue queue(2, 10);
  queue.PushBack("a", 1);
  queue.PushBack("b", 2);
  queue.Pause("a", kNow + absl::Seconds(5));
  queue.Pause("a", kNow + absl::Seconds(1));  // an earlier end does not shorten it
  EXPECT_THAT(StartAll(queue), ElementsAre(2));
  EXPECT_EQ(queue.NextResume(kNow), kNow + absl::Seconds(5));
  EXPECT_THAT(StartAll(queue, kNow + absl::Seconds(5)), ElementsAre(1));
  EXPECT_EQ(queue.NextResume(kNow), absl::InfiniteFuture());
}

TEST(InFlightQueue, ReleasingAnUnknownKeyChangesNothing) {
  InFlightQueue queue(1, 1);
  queue.Release("never");
  EXPECT_EQ(queue.in_flight(), 0);
  queue.PushBack("a", 1);
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
}

TEST(InFlightQueue, KeepsItsPromisesUnderRandomUse) {
  std::mt19937 random(5);
  InFlightQueue queue(3, 7);
  std::map<std::string, std::vector<int64_t>> waiting;
  std::map<std::string, int> in_flight;
  std::map<int64_t, std::string> key_of;
  int64_t next_id = 0;
  int64_t started_count = 0;
  for (int step = 0; step < 20000; ++step) {
    const std::string key = absl::StrCat("k", random() % 4);
    if (random() % 2 == 0) {
      queue.PushBack(key, next_id);
      key_of[next_id] = key;
      waiting[key].push_back(next_id++);
    } else if (in_flight[key] > 0) {
      queue.Release(key);
      --in_flight[key];
    }
    for (const int64_t id : StartAll(queue)) {
      std::vector<int64_t>& line = waiting[key_of[id]];
      ASSERT_EQ(line.front(), id) << "first come, first served";
      line.erase(line.begin());
      ASSERT_LE(++in_flight[key_of[id]], 3);
      ++started_count;
    }
    ASSERT_LE(queue.in_flight(), 7);
    // Nothing idles: if a key waits below its limit, the limit of all is reached.
    for (const auto& [name, line] : waiting) {
      ASSERT_TRUE(line.empty() || in_flight[name] == 3 || queue.in_flight() == 7);
    }
  }
  EXPECT_GT(started_count, 5000);
}

}  // namespace
}  // namespace cis
