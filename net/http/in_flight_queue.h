// SPDX-License-Identifier: Apache-2.0
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

namespace cis {

// Decides which request may start. Limits the number in flight per key and in total, and serves
// keys in turn. Within a key, requests that lead to further requests come first; otherwise first
// come, first served. Requests of one part of a key take at most half of the key's places, so that
// a part that gets no answers leaves places to the rest. Holds ids only. Not thread-safe.
class InFlightQueue {
 public:
  // Both must be at least 1.
  InFlightQueue(int max_per_key, int max_in_all)
      : max_per_key_(max_per_key), max_in_all_(max_in_all) {}

  // An empty `part` means that the request belongs to none.
  void PushBack(absl::string_view key, int64_t id, bool leads_on = false,
                absl::string_view part = "");
  // Puts a request before those that have not started yet, for a retry.
  void PushFront(absl::string_view key, int64_t id, absl::string_view part = "");

  // Returns the next request that may start now; it counts as in flight until Release(). Nothing if
  // no request is waiting, every limit is reached, or all waiting keys are paused.
  std::optional<int64_t> Start(absl::Time now);
  // `part` must be the one that was pushed.
  void Release(absl::string_view key, absl::string_view part = "");

  // Starts nothing of `key` before `until`: the site asked for a pause.
  void Pause(absl::string_view key, absl::Time until);

  // Returns when a paused key with waiting requests continues; InfiniteFuture if there is none.
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
    bool in_turn = false;  // is in turns_
    absl::Time resume = absl::InfinitePast();
  };
  // Returns the position of the next entry that may start; nullopt if there is none.
  std::optional<std::pair<std::deque<Entry>*, size_t>> FindNext(KeyState& state) const;
  void TakeTurn(const std::string& key, KeyState& state);

  int max_per_key_;
  int max_in_all_;
  int in_flight_ = 0;
  std::map<std::string, KeyState, std::less<>> keys_;
  std::deque<std::string> turns_;  // keys with waiting requests that are below their limit
};

}  // namespace cis
