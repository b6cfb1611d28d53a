// SPDX-License-Identifier: Apache-2.0
#include "server/connection/connection_table.h"

#include <algorithm>
#include <utility>

#include "schema/base/check.h"

namespace cis::server {
namespace {

// Addresses that were cut off and are remembered.
constexpr size_t kMaxPauses = 10000;

}  // namespace

bool ConnectionTable::IsCapped(const PeerAddress& peer) const {
  return !peer.host.empty() && std::find(limits_.uncapped.begin(), limits_.uncapped.end(),
                                         peer.host) == limits_.uncapped.end();
}

ConnectionTable::Connection* ConnectionTable::Find(const PeerAddress& peer) {
  const auto id = by_peer_.find(peer);
  return id == by_peer_.end() ? nullptr : &connections_.at(id->second);
}

std::optional<ConnectionTable::Id> ConnectionTable::Idlest(const std::string& network) const {
  std::optional<Id> idlest;
  absl::Time time = absl::InfiniteFuture();
  const auto look = [&](Id id) {
    const Connection& connection = connections_.at(id);
    if (connection.calls > 0 || connection.last_time >= time) return;
    idlest = id;
    time = connection.last_time;
  };
  if (network.empty()) {
    for (const auto& [id, connection] : connections_) look(id);
  } else if (const auto ids = by_network_.find(network); ids != by_network_.end()) {
    for (const Id id : ids->second) look(id);
  }
  return idlest;
}

ConnectionTable::Decision ConnectionTable::Add(Id id, const PeerAddress& peer, absl::Time now) {
  const MutexLock lock(&mu_);
  CIS_CHECK(!connections_.contains(id), "an open descriptor has one connection");
  Decision decision;
  const std::string network = NetworkOf(peer.host);
  const bool is_capped = IsCapped(peer);
  const auto pause = pauses_.find(network);
  if (is_capped && pause != pauses_.end() && now < pause->second.until) {
    ++counts_.refused;
    return decision;
  }
  const auto same = by_network_.find(network);
  const bool is_full_here =
      is_capped && same != by_network_.end() && same->second.size() >= limits_.max_per_address;
  if (is_full_here || connections_.size() >= limits_.max_connections) {
    decision.evicted = Idlest(is_full_here ? network : "");
    if (!decision.evicted.has_value()) {
      ++counts_.refused;
      return decision;
    }
    ++counts_.evicted;
    Erase(*decision.evicted);
  }
  decision.is_admitted = true;
  ++counts_.accepted;
  Connection connection;
  connection.peer = peer;
  connection.network = network;
  connection.start_time = now;
  connection.last_time = now;
  if (!peer.host.empty()) by_peer_.insert_or_assign(peer, id);
  if (is_capped) by_network_[network].insert(id);
  connections_.emplace(id, std::move(connection));
  return decision;
}

void ConnectionTable::Erase(Id id) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  const Connection& connection = at->second;
  // The kernel may have given the port to a newer connection already.
  const auto peer = by_peer_.find(connection.peer);
  if (peer != by_peer_.end() && peer->second == id) by_peer_.erase(peer);
  if (const auto same = by_network_.find(connection.network); same != by_network_.end()) {
    same->second.erase(id);
    if (same->second.empty()) by_network_.erase(same);
  }
  connections_.erase(at);
}

void ConnectionTable::Remove(Id id) {
  const MutexLock lock(&mu_);
  Erase(id);
}

std::optional<ConnectionTable::Id> ConnectionTable::EvictIdle() {
  const MutexLock lock(&mu_);
  const std::optional<Id> idlest = Idlest("");
  if (idlest.has_value()) {
    ++counts_.evicted;
    Erase(*idlest);
  }
  return idlest;
}

void ConnectionTable::CallBegan(const PeerAddress& peer, int64_t request_bytes, absl::Time now) {
  const MutexLock lock(&mu_);
  Connection* const connection = Find(peer);
  if (connection == nullptr) return;
  ++connection->calls;
  connection->earned_bytes += limits_.bytes_of_call + 2 * request_bytes;
  connection->last_time = now;
}

void ConnectionTable::ReplyBegan(const PeerAddress& peer, int64_t request_bytes, bool is_refused,
                                 absl::Time now) {
  const MutexLock lock(&mu_);
  Connection* const connection = Find(peer);
  if (connection == nullptr) return;
  if (is_refused) connection->earned_bytes -= limits_.bytes_of_call + request_bytes;
  if (connection->replies++ == 0) connection->reply_time = now;
}

void ConnectionTable::CallEnded(const PeerAddress& peer, absl::Time now) {
  const MutexLock lock(&mu_);
  Connection* const connection = Find(peer);
  // Another connection may have the peer's port by now.
  if (connection == nullptr || connection->calls == 0) return;
  --connection->calls;
  if (connection->replies > 0) --connection->replies;
  connection->reply_time = now;
  connection->last_time = now;
}

ConnectionTable::Verdict ConnectionTable::Judge(Id id, const Traffic& traffic, absl::Time now) {
  const MutexLock lock(&mu_);
  const auto at = connections_.find(id);
  if (at == connections_.end()) return Verdict::kStays;
  const Connection& connection = at->second;
  if (connection.replies > 0 && now - connection.reply_time >= limits_.reply_timeout) {
    ++counts_.slow;
    return Verdict::kSlow;
  }
  const double age = absl::ToDoubleSeconds(now - connection.start_time);
  const int64_t free_bytes =
      limits_.free_bytes +
      static_cast<int64_t>(age * static_cast<double>(limits_.free_bytes_per_second) +
                           static_cast<double>(traffic.taken) * limits_.bytes_of_reply_byte);
  if (traffic.received <= free_bytes + connection.earned_bytes) return Verdict::kStays;
  ++counts_.abusive;
  // One process must not lock out the others of its machine.
  const bool is_own = connection.peer.host == "127.0.0.1" || connection.peer.host == "::1";
  if (IsCapped(connection.peer) && !is_own) {
    if (pauses_.size() >= kMaxPauses) pauses_.clear();
    Pause& pause = pauses_[connection.network];
    const bool is_again =
        pause.length > absl::ZeroDuration() && now - pause.until < absl::Minutes(10);
    pause.length = is_again ? std::min(2 * pause.length, limits_.last_pause) : limits_.first_pause;
    pause.until = now + pause.length;
  }
  return Verdict::kAbusive;
}

ConnectionCounts ConnectionTable::counts() const {
  const MutexLock lock(&mu_);
  ConnectionCounts counts = counts_;
  counts.open = static_cast<int64_t>(connections_.size());
  return counts;
}

void ConnectionTable::CountExhausted() {
  const MutexLock lock(&mu_);
  ++counts_.exhausted;
}

}  // namespace cis::server
