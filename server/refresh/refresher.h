// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "schema/base/mutex.h"
#include "schema/store/store.h"
#include "server/refresh/refresh_state.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

struct RefresherOptions {
  std::string path;                            // of the database file
  absl::Duration interval = absl::Seconds(2);  // between two polls of the generation
  // Opens the file.
  std::function<absl::StatusOr<std::unique_ptr<StoreReader>>(const std::string&)> open =
      OpenStoreReader;
  const Clock* clock = nullptr;  // nullptr = the machine's; must outlive the refresher
};

// Follows a database file: builds a snapshot of each new generation and passes it to `publish`.
// When the file cannot be read, the last published snapshot stays, and the error is logged once
// until it changes. A file that appears later or is replaced by another one is picked up, but an
// older copy of the database that is served is refused: answers do not go back in time unless the
// server is started anew. Call Start and Stop from one thread, and Poll too if Start is not used.
class Refresher {
 public:
  using Publish = std::function<void(std::shared_ptr<const Snapshot>)>;

  Refresher(RefresherOptions options, Publish publish);
  // Calls Stop().
  ~Refresher();
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  // Polls once; returns true if a snapshot was published. Returns the errors of OpenStoreReader and
  // of StoreReader, NOT_FOUND if the file does not exist (any more), and FAILED_PRECONDITION if it
  // is an older copy of the database that is served.
  absl::StatusOr<bool> Poll();

  // How the last polls went. May be called from any thread.
  RefreshState state() const;

  // Polls at once and then after every interval, in its own thread, until Stop.
  void Start();
  void Stop();

 private:
  // Identifies the file that a path leads to. Zeros if there is none.
  struct FileIdentity {
    uint64_t device = 0;
    uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
  };
  static FileIdentity Identify(const std::string& path);

  absl::StatusOr<bool> Look();
  // Returns the version in the file, opening it again if it was replaced.
  absl::StatusOr<CatalogVersion> ReadVersion();
  void Report(const absl::Status& status);
  void Run();

  const SystemClock system_clock_;
  const RefresherOptions options_;
  const Clock* const clock_;
  const Publish publish_;
  std::unique_ptr<StoreReader> reader_;
  FileIdentity identity_;                     // of the file that `reader_` reads
  std::shared_ptr<const Snapshot> snapshot_;  // the last one that was published
  std::string reported_;                      // the error that was logged last; empty = none

  mutable Mutex mu_;
  RefreshState state_ ABSL_GUARDED_BY(mu_);
  std::condition_variable_any wake_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace cis::server
