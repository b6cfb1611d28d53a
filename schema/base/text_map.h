// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/base/shared_list.h"
#include "schema/base/shared_text.h"

namespace cis {

// Texts by text, ordered by key, in 8 bytes; copies share the entries. For properties of records,
// which are read often and changed only as a whole.
class TextMap {
 public:
  using Entry = std::pair<SharedText, SharedText>;
  using value_type = Entry;
  using const_iterator = const Entry*;
  using iterator = const Entry*;

  TextMap() = default;
  TextMap(const std::map<std::string, std::string>& map) {  // NOLINT(google-explicit-constructor)
    std::vector<Entry> entries;
    entries.reserve(map.size());
    for (const auto& [key, value] : map) entries.emplace_back(key, value);
    entries_ = std::move(entries);
  }
  TextMap(std::initializer_list<std::pair<const std::string, std::string>> entries)
      : TextMap(std::map<std::string, std::string>(entries)) {}
  // Of entries with the same key, the last one counts.
  explicit TextMap(std::vector<Entry> entries);

  const Entry* begin() const { return entries_.begin(); }
  const Entry* end() const { return entries_.end(); }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  // Returns end() if there is no such key.
  const Entry* find(absl::string_view key) const {
    const Entry* const place = std::lower_bound(
        begin(), end(), key,
        [](const Entry& entry, absl::string_view wanted) { return entry.first.view() < wanted; });
    return place != end() && place->first == key ? place : end();
  }
  // Sets the value of `key`.
  void Set(absl::string_view key, absl::string_view value) {
    std::vector<Entry> entries(begin(), end());
    entries.emplace_back(key, value);
    *this = TextMap(std::move(entries));
  }
  bool contains(absl::string_view key) const { return find(key) != end(); }

  friend bool operator==(const TextMap&, const TextMap&) = default;

 private:
  SharedList<Entry> entries_;
};

inline TextMap::TextMap(std::vector<Entry> entries) {
  const auto by_key = [](const Entry& a, const Entry& b) { return a.first < b.first; };
  // Stored maps are in order already.
  if (!std::is_sorted(entries.begin(), entries.end(), by_key)) {
    std::stable_sort(entries.begin(), entries.end(), by_key);
  }
  const auto first = std::unique(entries.rbegin(), entries.rend(),
                                 [](const Entry& a, const Entry& b) { return a.first == b.first; });
  entries.erase(entries.begin(), first.base());
  entries_ = std::move(entries);
}

}  // namespace cis
