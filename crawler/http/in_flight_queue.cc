#include "crawler/http/in_flight_queue.h"

#include <algorithm>

namespace cis {

void InFlightQueue::TakeTurn(const std::string& key, KeyState& state) {
  const bool is_empty = state.leading.empty() && state.waiting.empty();
  if (state.in_turn || is_empty || state.in_flight >= max_per_key_) return;
  state.in_turn = true;
  turns_.push_back(key);
}

void InFlightQueue::PushBack(absl::string_view key, int64_t id, bool leads_on) {
  const std::string name(key);
  KeyState& state = keys_[name];
  (leads_on ? state.leading : state.waiting).push_back(id);
  TakeTurn(name, state);
}

void InFlightQueue::PushFront(absl::string_view key, int64_t id) {
  const std::string name(key);
  KeyState& state = keys_[name];
  state.leading.push_front(id);
  TakeTurn(name, state);
}

std::optional<int64_t> InFlightQueue::Start(absl::Time now) {
  if (in_flight_ >= max_in_all_) return std::nullopt;
  for (size_t seen = turns_.size(); seen > 0; --seen) {
    const std::string key = std::move(turns_.front());
    turns_.pop_front();
    KeyState& state = keys_[key];
    state.in_turn = false;
    if (state.resume > now) {
      TakeTurn(key, state);
      continue;
    }
    std::deque<int64_t>& next = state.leading.empty() ? state.waiting : state.leading;
    const int64_t id = next.front();
    next.pop_front();
    ++state.in_flight;
    ++in_flight_;
    TakeTurn(key, state);
    return id;
  }
  return std::nullopt;
}

void InFlightQueue::Release(absl::string_view key) {
  const auto it = keys_.find(std::string(key));
  if (it == keys_.end() || it->second.in_flight == 0) return;
  --it->second.in_flight;
  --in_flight_;
  TakeTurn(it->first, it->second);
}

void InFlightQueue::Pause(absl::string_view key, absl::Time until) {
  KeyState& state = keys_[std::string(key)];
  state.resume = std::max(state.resume, until);
}

absl::Time InFlightQueue::NextResume(absl::Time now) const {
  absl::Time next = absl::InfiniteFuture();
  for (const std::string& key : turns_) {
    const auto it = keys_.find(key);
    if (it != keys_.end() && it->second.resume > now) next = std::min(next, it->second.resume);
  }
  return next;
}

}  // namespace cis
