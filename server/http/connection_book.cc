// SPDX-License-Identifier: Apache-2.0
#include "server/http/connection_book.h"

#include <algorithm>
#include <utility>

namespace cis::server {

ConnectionBook::ConnectionBook(HttpConnectionLimits limits) : limits_(std::move(limits)) {}

// A few hundred entries at most, so that going through them costs less than a system call.
std::optional<ConnectionBook::Id> ConnectionBook::LongestWaiting(const std::string* address) const {
  std::optional<Id> longest;
  uint64_t since = 0;
  for (const auto& [id, entry] : entries_) {
    if (entry.state == State::kBusy) continue;
    if (address != nullptr && entry.address != *address) continue;
    if (longest.has_value() && entry.since > since) continue;
    longest = id;
    since = entry.since;
  }
  return longest;
}

size_t ConnectionBook::CountOf(const std::string& address) const {
  return static_cast<size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [&address](const auto& entry) { return entry.second.address == address; }));
}

ConnectionBook::Admission ConnectionBook::Admit(Id id, const std::string& address) {
  const bool is_capped = limits_.max_per_address != 0 && !address.empty() &&
                         !limits_.uncapped_addresses.contains(address);
  const bool is_address_full = is_capped && CountOf(address) >= limits_.max_per_address;
  Admission admission;
  if (is_address_full || entries_.size() >= limits_.max) {
    admission.evicted = LongestWaiting(&address);
    if (!admission.evicted.has_value() && !is_address_full) {
      admission.evicted = LongestWaiting(nullptr);
    }
    if (!admission.evicted.has_value()) return admission;
    entries_.erase(*admission.evicted);
  }
  admission.is_admitted = true;
  entries_[id] = {address, State::kIdle, ++now_};
  return admission;
}

std::optional<ConnectionBook::Id> ConnectionBook::Evict() {
  const std::optional<Id> id = LongestWaiting(nullptr);
  if (id.has_value()) entries_.erase(*id);
  return id;
}

bool ConnectionBook::Set(Id id, State state) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return false;
  entry->second.state = state;
  entry->second.since = ++now_;
  return true;
}

bool ConnectionBook::SetIdle(Id id) { return Set(id, State::kIdle); }
bool ConnectionBook::SetReading(Id id) { return Set(id, State::kReading); }
bool ConnectionBook::SetBusy(Id id) { return Set(id, State::kBusy); }

void ConnectionBook::Remove(Id id) { entries_.erase(id); }

std::vector<ConnectionBook::Id> ConnectionBook::Ids() const {
  std::vector<Id> ids;
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  return ids;
}

std::vector<ConnectionBook::Id> ConnectionBook::IdleIds() const {
  std::vector<Id> ids;
  for (const auto& [id, entry] : entries_) {
    if (entry.state == State::kIdle) ids.push_back(id);
  }
  return ids;
}

}  // namespace cis::server
