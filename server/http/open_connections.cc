// SPDX-License-Identifier: Apache-2.0
#include "server/http/open_connections.h"

#include <chrono>
#include <optional>
#include <utility>

namespace cis::server {

OpenConnections::OpenConnections(HttpConnectionLimits limits) : book_(std::move(limits)) {}

bool OpenConnections::Admit(Id id, const std::shared_ptr<Closable>& connection,
                            const std::string& address) {
  std::shared_ptr<Closable> evicted;
  {
    MutexLock lock(&mu_);
    if (is_draining_) return false;
    const ConnectionBook::Admission admission = book_.Admit(id, address);
    if (!admission.is_admitted) return false;
    connections_[id] = connection;
    if (admission.evicted.has_value()) evicted = Find(*admission.evicted);
  }
  if (evicted != nullptr) evicted->Close();
  return true;
}

bool OpenConnections::WaitForRequest(Id id) {
  MutexLock lock(&mu_);
  return !is_draining_ && book_.SetIdle(id);
}

bool OpenConnections::WaitForClose(Id id) {
  MutexLock lock(&mu_);
  return book_.SetIdle(id);
}

bool OpenConnections::BeginReading(Id id) {
  MutexLock lock(&mu_);
  return book_.SetReading(id);
}

bool OpenConnections::BeginReply(Id id) {
  MutexLock lock(&mu_);
  return book_.SetBusy(id);
}

void OpenConnections::Remove(Id id) {
  MutexLock lock(&mu_);
  book_.Remove(id);
  connections_.erase(id);
  if (connections_.empty()) none_.notify_all();
}

void OpenConnections::CloseOne() {
  std::vector<Id> ids;
  {
    MutexLock lock(&mu_);
    if (const std::optional<Id> id = book_.Evict()) ids.push_back(*id);
  }
  Close(ids);
}

void OpenConnections::BeginDrain() {
  std::vector<Id> ids;
  {
    MutexLock lock(&mu_);
    is_draining_ = true;
    ids = book_.IdleIds();
  }
  Close(ids);
}

bool OpenConnections::is_draining() const {
  MutexLock lock(&mu_);
  return is_draining_;
}

void OpenConnections::CloseAll() {
  std::vector<Id> ids;
  {
    MutexLock lock(&mu_);
    for (const auto& [id, connection] : connections_) ids.push_back(id);
  }
  Close(ids);
}

void OpenConnections::WaitForNone(absl::Duration grace) {
  const bool is_bounded = grace != absl::InfiniteDuration();
  const auto end = std::chrono::steady_clock::now() +
                   (is_bounded ? absl::ToChronoMilliseconds(grace) : std::chrono::milliseconds(0));
  MutexLock lock(&mu_);
  while (!connections_.empty()) {
    if (!is_bounded) {
      none_.wait(mu_);
    } else if (none_.wait_until(mu_, end) == std::cv_status::timeout) {
      return;
    }
  }
}

std::shared_ptr<Closable> OpenConnections::Find(Id id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.lock();
}

// Without the lock: closing may call Remove.
void OpenConnections::Close(const std::vector<Id>& ids) {
  std::vector<std::shared_ptr<Closable>> found;
  {
    MutexLock lock(&mu_);
    for (const Id id : ids) {
      if (std::shared_ptr<Closable> connection = Find(id)) found.push_back(std::move(connection));
    }
  }
  for (const std::shared_ptr<Closable>& connection : found) connection->Close();
}

}  // namespace cis::server
