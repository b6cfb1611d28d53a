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
#include "schema/base/mutex.h"
#include "schema/store/store.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

struct RefresherOptions {
  std::string path;                            // of the database file
  absl::Duration interval = absl::Seconds(2);  // between two looks at the generation
  // How the file is opened.
  std::function<absl::StatusOr<std::unique_ptr<StoreReader>>(const std::string&)> open =
      OpenStoreReader;
};

// Follows a database file: builds a snapshot of each new generation and hands it to `publish`.
// Keeps quiet, and what was published before, when the file cannot be read; a change of what is
// wrong is logged once. A file that appears later or is replaced by another one is picked up. Start
// and Stop belong to one thread, and so does Poll where Start is not used.
class Refresher {
 public:
  using Publish = std::function<void(std::shared_ptr<const Snapshot>)>;

  Refresher(RefresherOptions options, Publish publish);
  // Stops.
  ~Refresher();
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  // One look: true if something was published. Returns the errors of OpenStoreReader and of
  // StoreReader; NOT_FOUND if there is no such file (any more).
  absl::StatusOr<bool> Poll();

  // Looks now and then every interval, in a thread of its own, until Stop.
  void Start();
  void Stop();

 private:
  // Which file a path means. Zeros if there is none.
  struct FileIdentity {
    uint64_t device = 0;
    uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
  };
  static FileIdentity Identify(const std::string& path);

  absl::StatusOr<bool> Look();
  void Report(const absl::Status& status);
  void Run();

  const RefresherOptions options_;
  const Publish publish_;
  std::unique_ptr<StoreReader> reader_;
  FileIdentity identity_;                     // of the file that `reader_` reads
  bool is_read_ = false;                      // something was published from `reader_`
  std::shared_ptr<const Snapshot> snapshot_;  // the last one that was published
  std::string reported_;                      // what is known to be wrong; empty = nothing

  Mutex mu_;
  std::condition_variable_any wake_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace cis::server
