// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "server/token/jose.h"

namespace cis::server {

// Values by digest, each until a time. Of more than `max_size` values, the one that was used the
// longest ago is deleted. Not thread-safe.
template <typename Value>
class ExpiringLru {
 public:
  explicit ExpiringLru(size_t max_size) : max_size_(max_size) {}

  std::optional<Value> Find(const Sha256& digest, absl::Time now) {
    const auto at = index_.find(digest);
    if (at == index_.end()) return std::nullopt;
    if (now >= at->second->until) {
      Erase(at->second);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->value;
  }

  void Insert(const Sha256& digest, Value value, absl::Time until) {
    if (const auto at = index_.find(digest); at != index_.end()) Erase(at->second);
    entries_.push_front({digest, std::move(value), until});
    index_[digest] = entries_.begin();
    if (entries_.size() > max_size_) Erase(std::prev(entries_.end()));
  }

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Sha256 digest;
    Value value;
    absl::Time until;
  };
  using Iterator = typename std::list<Entry>::iterator;

  void Erase(Iterator entry) {
    index_.erase(entry->digest);
    entries_.erase(entry);
  }

  const size_t max_size_;
  std::list<Entry> entries_;  // the one that was used last is first
  std::map<Sha256, Iterator> index_;
};

}  // namespace cis::server
