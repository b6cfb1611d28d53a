#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::crawler {

// Decides which request may start: at most so many in flight per key and in all, keys in turn;
// inside a key those that lead on to further requests before the others, else first come first
// served. Requests of one part of a key take at most half of the key's places, so that a part whose
// answers do not come leaves places to the rest. Holds ids only. Not thread-safe.
class InFlightQueue {
 public:
  // Both at least 1.
  InFlightQueue(int max_per_key, int max_in_all)
      : max_per_key_(max_per_key), max_in_all_(max_in_all) {}

  // An empty `part` is of none.
  void PushBack(absl::string_view key, int64_t id, bool leads_on = false,
                absl::string_view part = "");
  // Ahead of those that have not started yet: a request that comes back for another try.
  void PushFront(absl::string_view key, int64_t id, absl::string_view part = "");

  // The next request that may start now; it counts as in flight until Release(). Nothing if none
  // waits, or every limit is reached, or all keys that wait are paused.
  std::optional<int64_t> Start(absl::Time now);
  // `part` as it was pushed.
  void Release(absl::string_view key, absl::string_view part = "");

  // Starts nothing of `key` before `until`: the site asked for a pause.
  void Pause(absl::string_view key, absl::Time until);

  // When a paused key with waiting requests goes on; InfiniteFuture if there is none.
  absl::Time NextResume(absl::Time now) const;

  int in_flight() const { return in_flight_; }

 private:
  struct Entry {
    int64_t id = 0;
    std::string part;
  };
  struct KeyState {
    std::deque<Entry> leading;  // start before those of `waiting`
    std::deque<Entry> waiting;
    std::map<std::string, int, std::less<>> parts;  // in flight; those with none are absent
    int in_flight = 0;
    bool in_turn = false;  // stands in turns_
    absl::Time resume = absl::InfinitePast();
  };
  // Where the next entry that may start is; nullopt if there is none.
  std::optional<std::pair<std::deque<Entry>*, size_t>> FindNext(KeyState& state) const;
  void TakeTurn(const std::string& key, KeyState& state);

  int max_per_key_;
  int max_in_all_;
  int in_flight_ = 0;
  std::map<std::string, KeyState, std::less<>> keys_;
  std::deque<std::string> turns_;  // keys that wait and are below their limit
};

}  // namespace cis::crawler
