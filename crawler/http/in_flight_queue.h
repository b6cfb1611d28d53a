#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis {

// Decides which request may start: at most so many in flight per key and in all, keys in turn;
// inside a key those that lead on to further requests before the others, else first come first
// served. Holds ids only. Not thread-safe.
class InFlightQueue {
 public:
  // Both at least 1.
  InFlightQueue(int max_per_key, int max_in_all)
      : max_per_key_(max_per_key), max_in_all_(max_in_all) {}

  void PushBack(absl::string_view key, int64_t id, bool leads_on = false);
  // Ahead of those that have not started yet: a request that comes back for another try.
  void PushFront(absl::string_view key, int64_t id);

  // The next request that may start now; it counts as in flight until Release(). Nothing if none
  // waits, or every limit is reached, or all keys that wait are paused.
  std::optional<int64_t> Start(absl::Time now);
  void Release(absl::string_view key);

  // Starts nothing of `key` before `until`: the site asked for a pause.
  void Pause(absl::string_view key, absl::Time until);

  // When a paused key with waiting requests goes on; InfiniteFuture if there is none.
  absl::Time NextResume(absl::Time now) const;

  int in_flight() const { return in_flight_; }

 private:
  struct KeyState {
    std::deque<int64_t> leading;  // start before those of `waiting`
    std::deque<int64_t> waiting;
    int in_flight = 0;
    bool in_turn = false;  // stands in turns_
    absl::Time resume = absl::InfinitePast();
  };
  void TakeTurn(const std::string& key, KeyState& state);

  int max_per_key_;
  int max_in_all_;
  int in_flight_ = 0;
  std::map<std::string, KeyState, std::less<>> keys_;
  std::deque<std::string> turns_;  // keys that wait and are below their limit
};

}  // namespace cis
