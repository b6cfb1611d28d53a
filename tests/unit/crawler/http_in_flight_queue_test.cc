// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/in_flight_queue.h"

namespace cis::crawler {
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

TEST(InFlightQueue, RetriesStartFirst) {
  InFlightQueue queue(1, 10);
  for (const int64_t id : {1, 2}) queue.PushBack("a", id);
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
  queue.Release("a");
  queue.PushFront("a", 1);
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
}

// A part that gets no answers leaves places to the rest of its key.
TEST(InFlightQueue, APartTakesHalfOfTheKeysPlaces) {
  InFlightQueue queue(6, 10);
  for (const int64_t id : {1, 2, 3, 4, 5}) queue.PushBack("a", id, false, "volume");
  for (const int64_t id : {11, 12}) queue.PushBack("a", id);
  EXPECT_THAT(StartAll(queue), ElementsAre(1, 2, 3, 11, 12));
  queue.Release("a");
  EXPECT_THAT(StartAll(queue), ElementsAre());
  queue.Release("a", "volume");
  EXPECT_THAT(StartAll(queue), ElementsAre(4));
  queue.PushFront("a", 1, "volume");
  queue.PushBack("a", 13, false, "zones");
  EXPECT_THAT(StartAll(queue), ElementsAre(13));
  queue.Release("a", "volume");
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
}

TEST(InFlightQueue, APartAloneStillStarts) {
  InFlightQueue queue(1, 10);
  queue.PushBack("a", 1, false, "volume");
  queue.PushBack("a", 2, false, "volume");
  EXPECT_THAT(StartAll(queue), ElementsAre(1));
  queue.Release("a", "volume");
  EXPECT_THAT(StartAll(queue), ElementsAre(2));
}

TEST(InFlightQueue, RequestsThatOthersWaitForStartFirst) {
  InFlightQueue queue(1, 10);
  queue.PushBack("a", 1);
  queue.PushBack("a", 2);
  queue.PushBack("a", 3, true);
  queue.PushBack("a", 4, true);
  std::vector<int64_t> order;
  for (int i = 0; i < 4; ++i) {
    for (const int64_t id : StartAll(queue)) order.push_back(id);
    queue.Release("a");
  }
  EXPECT_THAT(order, ElementsAre(3, 4, 1, 2));
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
  // By key and by whether they lead to further requests.
  std::map<std::pair<std::string, bool>, std::vector<int64_t>> waiting;
  std::map<std::string, int> in_flight;
  std::map<int64_t, std::pair<std::string, bool>> line_of;
  int64_t next_id = 0;
  int64_t started_count = 0;
  for (int step = 0; step < 20000; ++step) {
    const std::string key = absl::StrCat("k", random() % 4);
    if (random() % 2 == 0) {
      const bool leads_on = random() % 3 == 0;
      queue.PushBack(key, next_id, leads_on);
      line_of[next_id] = {key, leads_on};
      waiting[{key, leads_on}].push_back(next_id++);
    } else if (in_flight[key] > 0) {
      queue.Release(key);
      --in_flight[key];
    }
    for (const int64_t id : StartAll(queue)) {
      const auto& [its_key, leads_on] = line_of[id];
      std::vector<int64_t>& line = waiting[line_of[id]];
      ASSERT_EQ(line.front(), id) << "first come, first served";
      ASSERT_TRUE(leads_on || waiting[std::pair(its_key, true)].empty()) << "what leads on first";
      line.erase(line.begin());
      ASSERT_LE(++in_flight[its_key], 3);
      ++started_count;
    }
    ASSERT_LE(queue.in_flight(), 7);
    // No place is unused: if a key waits below its limit, the total limit is reached.
    for (const auto& [name, line] : waiting) {
      ASSERT_TRUE(line.empty() || in_flight[name.first] == 3 || queue.in_flight() == 7);
    }
  }
  EXPECT_GT(started_count, 5000);
}

}  // namespace
}  // namespace cis::crawler
