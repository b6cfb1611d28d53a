// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cis::server {

struct HttpConnectionLimits {
  size_t max = 256;
  size_t max_per_address = 64;  // of IPv6 by the first 64 bits; 0 = no limit
  // Addresses of proxies, over which many clients come: only `max` limits them.
  std::set<std::string> uncapped_addresses;
};

// Which connections are open, from which addresses, and which of them are idle: no byte of a
// request has come. It decides which one must go for a new one. Not thread-safe.
class ConnectionBook {
 public:
  using Id = uint64_t;
  struct Admission {
    bool is_admitted = false;
    std::optional<Id> evicted;  // must be closed; it is not in the book any more
  };

  explicit ConnectionBook(HttpConnectionLimits limits);

  // Adds `id` as idle if there is room. Where a limit is reached, the connection that has been idle
  // or reading for longest makes room: one of that address, or, at the limit of all connections,
  // any. If there is none, `id` is not admitted. An `address` of "" (a Unix socket) has no limit of
  // its own.
  Admission Admit(Id id, const std::string& address);
  // Removes the connection that has been idle or reading for longest; nullopt if there is none.
  std::optional<Id> Evict();

  // These return false, and do nothing, if the connection is not in the book any more.
  bool SetIdle(Id id);
  bool SetReading(Id id);
  bool SetBusy(Id id);  // with a reply
  void Remove(Id id);

  std::vector<Id> Ids() const;
  std::vector<Id> IdleIds() const;
  size_t size() const { return entries_.size(); }

 private:
  enum class State { kIdle, kReading, kBusy };
  struct Entry {
    std::string address;
    State state = State::kIdle;
    uint64_t since = 0;  // a number that grows
  };
  bool Set(Id id, State state);
  // `address` = null: of any address.
  std::optional<Id> LongestWaiting(const std::string* address) const;
  size_t CountOf(const std::string& address) const;

  const HttpConnectionLimits limits_;
  uint64_t now_ = 0;
  std::map<Id, Entry> entries_;
};

}  // namespace cis::server
