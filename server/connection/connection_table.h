// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "net/address/address.h"
#include "schema/base/mutex.h"

namespace cis::server {

// What connections may do.
struct ConnectionLimits {
  size_t max_connections = 4096;
  size_t max_per_address = 128;       // of IPv6: per network of 64 bits
  std::vector<std::string> uncapped;  // addresses without a cap of their own: trusted proxies

  // What a connection may send beyond its calls: at once, and for long.
  int64_t free_bytes = int64_t{64} << 10;
  int64_t free_bytes_per_second = int64_t{8} << 10;
  // What a call adds, besides twice its request and metadata.
  int64_t bytes_of_call = 512;
  // What the client may send for each byte that it has taken: acknowledgements.
  double bytes_of_reply_byte = 1.0 / 256;

  // How long a reply may wait for its client.
  absl::Duration reply_timeout = absl::Seconds(30);
  // How long an address that was cut off may not connect; doubled each time.
  absl::Duration first_pause = absl::Seconds(1);
  absl::Duration last_pause = absl::Minutes(1);
};

// What became of connections since the start.
struct ConnectionCounts {
  int64_t open = 0;       // now
  int64_t accepted = 0;   // of which some were evicted or cut off later
  int64_t refused = 0;    // too many, and all have calls in progress; or the address has to wait
  int64_t evicted = 0;    // idle ones, in favour of new ones
  int64_t abusive = 0;    // cut off: sent much more than its calls
  int64_t slow = 0;       // cut off: did not take a reply
  int64_t exhausted = 0;  // times that the process had no descriptor for a new one
};

// The books of all connections: which may stay. No I/O; safe to use from any number of threads.
// Times are of one clock that does not go back.
class ConnectionTable {
 public:
  using Id = int;

  explicit ConnectionTable(ConnectionLimits limits) : limits_(std::move(limits)) {}

  // What to do with a new connection.
  struct Decision {
    bool is_admitted = false;
    std::optional<Id> evicted;  // to be closed in its favour
  };
  // `id` is not in use. A refused connection is not kept.
  Decision Add(Id id, const PeerAddress& peer, absl::Time now);
  void Remove(Id id);
  // Returns a connection to close so that the process has descriptors again, the one that has been
  // idle longest; nothing if all have calls in progress.
  std::optional<Id> EvictIdle();

  // A call of a handler, from when it begins until its reply is sent. `request_bytes` includes the
  // metadata. Peers without a connection
  // here are ignored: those on Unix sockets and in the process.
  void CallBegan(const PeerAddress& peer, int64_t request_bytes, absl::Time now);
  // The reply waits for the client from now on. `is_refused`: it was not worked on, and so adds
  // nothing to what the connection may send.
  void ReplyBegan(const PeerAddress& peer, int64_t request_bytes, bool is_refused, absl::Time now);
  void CallEnded(const PeerAddress& peer, absl::Time now);

  enum class Verdict { kStays, kAbusive, kSlow };
  // Bytes that a connection has had since it began, of TCP's payload.
  struct Traffic {
    int64_t received = 0;  // by us
    int64_t taken = 0;     // by the client
  };
  Verdict Judge(Id id, const Traffic& traffic, absl::Time now);

  ConnectionCounts counts() const;
  void CountExhausted();

 private:
  struct Connection {
    PeerAddress peer;
    std::string network;
    absl::Time start_time;
    absl::Time last_time;      // of the last call that began or ended
    int64_t earned_bytes = 0;  // by calls
    int calls = 0;             // in progress, replies included
    int replies = 0;           // that wait for the client
    absl::Time reply_time;     // since when no reply has been taken, if any waits
  };
  // An address that was cut off.
  struct Pause {
    absl::Time until;
    absl::Duration length;
  };
  struct HashPeer {
    size_t operator()(const PeerAddress& peer) const { return absl::HashOf(peer.host, peer.port); }
  };

  bool IsCapped(const PeerAddress& peer) const;
  Connection* Find(const PeerAddress& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The connection that has been idle longest, of one network or ("") of all.
  std::optional<Id> Idlest(const std::string& network) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Erase(Id id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const ConnectionLimits limits_;
  mutable Mutex mu_;
  absl::flat_hash_map<Id, Connection> connections_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<PeerAddress, Id, HashPeer> by_peer_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::set<Id>> by_network_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, Pause> pauses_ ABSL_GUARDED_BY(mu_);
  ConnectionCounts counts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis::server
