// SPDX-License-Identifier: Apache-2.0
#include "server/serving/change_watch.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "server/service/access_errors.h"
#include "server/service/history_errors.h"
#include "server/serving/grpc_services.h"

namespace cis::server {

ChangeWatcher::ChangeWatcher(ChangeFeed* feed, HistoryThread* history, const Clock* clock,
                             CallSource source, OnEnd on_end)
    : feed_(feed),
      history_(history),
      clock_(clock),
      source_(std::move(source)),
      on_end_(std::move(on_end)) {}

void ChangeWatcher::Begin(const Admission& admission, ChangeQuery query,
                          const std::string& resume_token) {
  may_see_ = MaySeeOf(admission);
  expire_time_ = admission.expire_time;
  query_ = std::move(query);
  if (!resume_token.empty()) {
    const absl::StatusOr<ChangePosition> position = ParseResumeToken(resume_token);
    if (!position.ok()) return End(position.status());
    position_ = *position;
    has_position_ = true;
  }
  {
    const MutexLock lock(&mu_);
    begun_ = true;
  }
  Advance();
}

void ChangeWatcher::Wake() { Advance(); }

void ChangeWatcher::Advance() {
  {
    const MutexLock lock(&mu_);
    if (!begun_ || ending_ || finished_) return;
    woken_ = true;
    if (reading_ || writing_) return;
    reading_ = true;
    woken_ = false;
  }
  const std::shared_ptr<ChangeWatcher> self = shared_from_this();
  if (history_->Post([self](Past& past) { self->Read(past); })) return;
  {
    const MutexLock lock(&mu_);
    reading_ = false;
  }
  End(ServerStoppingError());
}

void ChangeWatcher::Read(Past& past) {
  const bool is_first = message_.resume_token().empty();
  absl::Status status = clock_->Now() < expire_time_ ? absl::OkStatus() : TokenExpiredError();
  if (status.ok() && !has_position_) {
    const absl::StatusOr<ChangePosition> newest = NewestPosition(past);
    status = newest.status();
    if (newest.ok()) position_ = *newest;
    has_position_ = newest.ok();
  }
  const ChangePosition before = position_;
  const std::string token = message_.resume_token();
  message_.Clear();
  bool more = false;
  if (status.ok()) {
    const absl::StatusOr<bool> read = NextChanges(past, query_, may_see_, message_, &position_);
    status = read.status();
    more = read.ok() && *read;
  }
  // The first message contains the token; later ones report that it has moved, but not that others
  // have changes.
  const bool moved = may_see_ == nullptr ? position_ != before : message_.changes_size() > 0;
  const bool tells = status.ok() && (is_first || moved);
  if (!tells) message_.set_resume_token(token);
  bool again = false;
  {
    const MutexLock lock(&mu_);
    reading_ = false;
    woken_ = woken_ || more;
    writing_ = tells && !finished_;
    again = !writing_ && woken_;
  }
  if (tells) return StartWrite(&message_);
  // If the database cannot be read for a moment, it is read again at the next generation.
  if (!status.ok() && (is_first || !absl::IsUnavailable(status))) End(status);
  FinishIfIdle();
  if (again) Advance();
}

void ChangeWatcher::OnWriteDone(bool ok) {
  bool again = false;
  {
    const MutexLock lock(&mu_);
    writing_ = false;
    again = ok && !ending_ && woken_;
  }
  if (!ok) End(absl::CancelledError("the client has disconnected"));
  FinishIfIdle();
  if (again) Advance();
}

void ChangeWatcher::OnCancel() { End(absl::CancelledError("the client has disconnected")); }

bool ChangeWatcher::is_over() const {
  const MutexLock lock(&mu_);
  return ending_;
}

void ChangeWatcher::End(const absl::Status& status) {
  {
    const MutexLock lock(&mu_);
    if (!ending_) end_ = status;
    ending_ = true;
  }
  FinishIfIdle();
}

void ChangeWatcher::FinishIfIdle() {
  absl::Status status;
  {
    const MutexLock lock(&mu_);
    if (!ending_ || reading_ || writing_ || finished_) return;
    finished_ = true;
    status = end_;
  }
  if (on_end_) on_end_(status);
  const bool is_cancelled = absl::IsCancelled(status);
  Finish(is_cancelled ? grpc::Status::CANCELLED : StatusToGrpc(status, "WatchChanges", source_));
}

void ChangeWatcher::OnDone() { feed_->Remove(shared_from_this()); }

absl::Status ChangeFeed::Add(const std::shared_ptr<ChangeWatcher>& watcher) {
  const MutexLock lock(&mu_);
  if (stopped_) return ServerStoppingError();
  if (watchers_.size() >= kMaxWatchers) return TooManyWatchersError(kMaxWatchers);
  const std::string& address = watcher->address();
  const auto same = std::count_if(watchers_.begin(), watchers_.end(), [&](const auto& other) {
    return !address.empty() && other->address() == address;
  });
  if (same >= kMaxWatchersPerAddress) {
    return TooManyWatchersOfAddressError(kMaxWatchersPerAddress, address);
  }
  watchers_.insert(watcher);
  return absl::OkStatus();
}

void ChangeFeed::Remove(const std::shared_ptr<ChangeWatcher>& watcher) {
  const MutexLock lock(&mu_);
  watchers_.erase(watcher);
}

std::vector<std::shared_ptr<ChangeWatcher>> ChangeFeed::All() const {
  const ReaderMutexLock lock(&mu_);
  return {watchers_.begin(), watchers_.end()};
}

void ChangeFeed::WakeAll() {
  // Without the lock: a stream that ends removes itself.
  for (const auto& watcher : All()) watcher->Wake();
}

void ChangeFeed::Stop() {
  {
    const MutexLock lock(&mu_);
    stopped_ = true;
  }
  for (const auto& watcher : All()) watcher->End(ServerStoppingError());
}

}  // namespace cis::server
