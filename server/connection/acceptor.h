// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "schema/base/mutex.h"
#include "server/connection/backlog.h"
#include "server/connection/connection_table.h"
#include "server/connection/descriptor.h"
#include "server/connection/listener.h"

namespace cis::server {

// Accepts connections for a server that does not do it itself, and closes those that the table
// does not let stay. Of each connection it keeps a second descriptor, which shows when the server
// has closed the first and can end the connection.
class Acceptor {
 public:
  struct Options {
    std::string address;  // as for Listen
    ConnectionLimits limits;
    const Clock* clock = nullptr;  // must outlive the acceptor
    // Takes a connection and its descriptor. Called on the acceptor's thread.
    std::function<void(int listener, int connection)> hand_over;
    // Called every 10 ms with how long the oldest bytes wait that the server did not read yet, of
    // all connections. May be null.
    std::function<void(absl::Duration)> on_backlog;
  };

  // Listens; connections wait until Start. Returns the errors of Listen.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Create(Options options);
  // Calls StopAccepting and CloseAll.
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  void Start();
  // The address, with the port that was chosen.
  const std::string& address() const { return listener_.address; }
  ConnectionTable& table() { return table_; }

  // Accepts no more connections. Those that are open stay. Later calls do nothing.
  void StopAccepting();
  // Ends all connections, whatever they are doing.
  void CloseAll();
  // Whether a connection to the address is accepted within `timeout`.
  bool Responds(absl::Duration timeout);

 private:
  explicit Acceptor(Options options, Listener listener);

  void Run();
  void AcceptAll(int listener);
  void Take(int listener, Descriptor connection, const sockaddr_storage& peer);
  // Whether the thread notices new connections.
  void Listen(bool listens);
  // Makes room after the process had no descriptor.
  void Exhausted();
  // How long the oldest unread bytes of all connections have waited; zero if they are few.
  absl::Duration MeasureBacklog(absl::Time now);
  // Judges every connection.
  void Review(absl::Time now);
  // Gives memory back to the system, when it is time to.
  void TrimMemory(absl::Time now);
  void EndConnection(int id, absl::string_view reason);

  const Options options_;
  Listener listener_;
  ConnectionTable table_;
  Descriptor epoll_;
  Descriptor wake_;  // an eventfd
  // Used by the thread only.
  absl::Time pause_until_ = absl::InfinitePast();
  std::map<int, Backlog> backlogs_;
  absl::Time exhausted_log_time_ = absl::InfinitePast();
  absl::Time trim_time_ = absl::InfiniteFuture();

  std::atomic<bool> accepts_{true};
  std::atomic<bool> stop_{false};
  Mutex mu_;
  std::condition_variable_any probed_;
  std::map<int, Descriptor> connections_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> probes_ ABSL_GUARDED_BY(mu_);  // names of sockets of our own
  std::thread thread_;
};

}  // namespace cis::server
