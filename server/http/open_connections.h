// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "schema/base/mutex.h"
#include "server/http/connection_book.h"

namespace cis::server {

// What can be closed from any thread, soon.
class Closable {
 public:
  virtual ~Closable() = default;
  virtual void Close() = 0;
};

// The connections of a server: a ConnectionBook that closes those that make room. Safe to use from
// any number of threads.
class OpenConnections {
 public:
  using Id = ConnectionBook::Id;

  explicit OpenConnections(HttpConnectionLimits limits);

  // Adds a connection, for which another one may be closed. Returns false if there is no room, or
  // if no more are taken.
  bool Admit(Id id, const std::shared_ptr<Closable>& connection, const std::string& address);
  // The connection is idle. These return false if it has to be closed instead.
  bool WaitForRequest(Id id);
  bool WaitForClose(Id id);
  // The first byte of a request has come, or all of it. These return false if the connection has to
  // be closed instead.
  bool BeginReading(Id id);
  bool BeginReply(Id id);
  // The connection is closed.
  void Remove(Id id);

  // Makes a descriptor free, if any connection is idle or reading.
  void CloseOne();
  // Closes idle connections and takes no more, nor further requests on those that there are.
  void BeginDrain();
  bool is_draining() const;
  void CloseAll();
  // Waits until there is no connection, at most `grace`.
  void WaitForNone(absl::Duration grace);

 private:
  std::shared_ptr<Closable> Find(Id id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Close(const std::vector<Id>& ids);

  mutable Mutex mu_;
  std::condition_variable_any none_;
  bool is_draining_ ABSL_GUARDED_BY(mu_) = false;
  ConnectionBook book_ ABSL_GUARDED_BY(mu_);
  // Of those that are not closed yet, also if they are not in the book any more.
  std::unordered_map<Id, std::weak_ptr<Closable>> connections_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis::server
