// SPDX-License-Identifier: Apache-2.0
#pragma once

// Streams of changes: the watchers, and how each stream proceeds.

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/changes.pb.h"
#include "grpcpp/support/server_callback.h"
#include "schema/base/clock.h"
#include "schema/base/mutex.h"
#include "server/access/access.h"
#include "server/access/call_source.h"
#include "server/history/history_thread.h"
#include "server/service/change_handlers.h"

namespace cis::server {

// The largest number of streams at a time. Each costs one read of the journal per generation and
// some kB.
inline constexpr int kMaxWatchers = 64;
// Of these, from one address: a client cannot take all of them. Connections over a Unix socket and
// in the same process have no address.
inline constexpr int kMaxWatchersPerAddress = 16;

class ChangeFeed;

// One stream. A message is written when the previous one has been sent, so that a client that reads
// slowly occupies no memory but its position. Safe to use from any number of threads; lives until
// gRPC has finished with it and no job of the history thread refers to it.
class ChangeWatcher final : public grpc::ServerWriteReactor<v1::WatchChangesResponse>,
                            public std::enable_shared_from_this<ChangeWatcher> {
 public:
  // Called once, with the status that the stream ends with.
  using OnEnd = std::function<void(const absl::Status&)>;

  // `feed`, `history` and `clock` must outlive the stream. Nothing is sent before Begin.
  ChangeWatcher(ChangeFeed* feed, HistoryThread* history, const Clock* clock, CallSource source,
                OnEnd on_end);

  // Of the client; "" = it has none.
  const std::string& address() const { return source_.address; }

  // Begins after the position of `resume_token`, or at the newest change if that is empty. Ends
  // with TOKEN_REFUSED when the token of the caller has expired. Call this once, or End.
  void Begin(const Admission& admission, ChangeQuery query, const std::string& resume_token);
  // Call this when there may be new changes.
  void Wake();
  // Whether End was called.
  bool is_over() const;
  // Ends the stream with `status` as soon as the current message is written. The first call
  // decides.
  void End(const absl::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Continues reading unless a read or write is in progress. Called without the lock.
  void Advance();
  // Runs on the history thread.
  void Read(Past& past);
  void FinishIfIdle();

  ChangeFeed* const feed_;
  HistoryThread* const history_;
  const Clock* const clock_;
  const CallSource source_;
  const OnEnd on_end_;

  mutable Mutex mu_;
  // Used by the job in progress; without one, by the holder of the lock.
  std::function<bool(const Change&)> may_see_;  // as in RequestContext
  absl::Time expire_time_;
  ChangeQuery query_;
  ChangePosition position_;
  bool has_position_ = false;
  v1::WatchChangesResponse message_;
  bool begun_ ABSL_GUARDED_BY(mu_) = false;
  bool reading_ ABSL_GUARDED_BY(mu_) = false;  // a job is posted
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;  // new changes may have come meanwhile
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mu_);
};

// All streams of a server. Safe to use from any number of threads.
class ChangeFeed {
 public:
  // Returns TOO_MANY_WATCHERS if there are kMaxWatchers already, or kMaxWatchersPerAddress from the
  // address of `watcher`, and SERVER_STOPPING if the feed was stopped.
  absl::Status Add(const std::shared_ptr<ChangeWatcher>& watcher);
  void Remove(const std::shared_ptr<ChangeWatcher>& watcher);

  // Call this when something may have changed.
  void WakeAll();
  // Ends all streams with SERVER_STOPPING and accepts no more.
  void Stop();

 private:
  std::vector<std::shared_ptr<ChangeWatcher>> All() const;

  mutable Mutex mu_;
  std::set<std::shared_ptr<ChangeWatcher>> watchers_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace cis::server
