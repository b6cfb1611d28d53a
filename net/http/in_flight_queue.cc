// SPDX-License-Identifier: Apache-2.0
#include "net/http/in_flight_queue.h"

#include <algorithm>

#include "schema/base/check.h"

namespace cis {

std::optional<std::pair<std::deque<InFlightQueue::Entry>*, size_t>> InFlightQueue::FindNext(
    KeyState& state) const {
  const int max_per_part = std::max(1, max_per_key_ / 2);
  for (std::deque<Entry>* queue : {&state.leading, &state.waiting}) {
    for (size_t i = 0; i < queue->size(); ++i) {
      const std::string& part = (*queue)[i].part;
      const auto it = part.empty() ? state.parts.end() : state.parts.find(part);
      if (it == state.parts.end() || it->second < max_per_part) return std::make_pair(queue, i);
    }
  }
  return std::nullopt;
}

void InFlightQueue::TakeTurn(const std::string& key, KeyState& state) {
  if (state.in_turn || state.in_flight >= max_per_key_ || !FindNext(state).has_value()) return;
  state.in_turn = true;
  turns_.push_back(key);
}

void InFlightQueue::PushBack(absl::string_view key, int64_t id, bool leads_on,
                             absl::string_view part) {
  const std::string name(key);
  KeyState& state = keys_[name];
  (leads_on ? state.leading : state.waiting).push_back({id, std::string(part)});
  TakeTurn(name, state);
}

void InFlightQueue::PushFront(absl::string_view key, int64_t id, absl::string_view part) {
  const std::string name(key);
  KeyState& state = keys_[name];
  state.leading.push_front({id, std::string(part)});
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
    const auto next = FindNext(state);
    if (!next.has_value()) continue;
    const auto [queue, index] = *next;
    const Entry entry = std::move((*queue)[index]);
    queue->erase(queue->begin() + static_cast<std::ptrdiff_t>(index));
    if (!entry.part.empty()) ++state.parts[entry.part];
    ++state.in_flight;
    ++in_flight_;
    CIS_CHECK(state.in_flight <= max_per_key_, "a site gets no more requests than it may");
    TakeTurn(key, state);
    return entry.id;
  }
  return std::nullopt;
}

void InFlightQueue::Release(absl::string_view key, absl::string_view part) {
  const auto it = keys_.find(std::string(key));
  if (it == keys_.end() || it->second.in_flight == 0) return;
  --it->second.in_flight;
  --in_flight_;
  if (const auto used = it->second.parts.find(part); used != it->second.parts.end()) {
    if (--used->second == 0) it->second.parts.erase(used);
  }
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
