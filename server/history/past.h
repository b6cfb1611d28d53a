#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/store/history.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

struct PastOptions {
  std::string path;  // of the database file
  // Snapshots of earlier times that are kept, least recently used first out. Today's federation
  // makes some 7,000 records, so all of them stay; one of 20 times that size stays alone.
  size_t max_snapshots = 8;
  size_t max_records = 200'000;  // flavors, images and networks of all of them together
  // How the file is opened.
  std::function<absl::StatusOr<std::unique_ptr<HistoryReader>>(const std::string&)> open =
      OpenHistoryReader;
};

// What a database file tells of earlier times, read when it is asked for. A file that was replaced
// is opened again, once a call. Not thread-safe; the snapshots it gives are.
class Past {
 public:
  explicit Past(PastOptions options) : options_(std::move(options)) {}
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;

  // Runs `use` over the open file. Returns the errors of OpenHistoryReader and of `use`.
  absl::Status Read(absl::FunctionRef<absl::Status(HistoryReader&)> use);

  // What was served at `time`. Costs a load of the whole catalog, unless it is one of those kept.
  // Returns OUT_OF_RANGE if that is not kept any more; otherwise as Read.
  absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::Time time);

 private:
  struct Kept {
    std::shared_ptr<const Snapshot> snapshot;
    size_t record_count = 0;
  };

  void Keep(std::shared_ptr<const Snapshot> snapshot);

  const PastOptions options_;
  std::unique_ptr<HistoryReader> reader_;
  std::list<Kept> kept_;  // of the file that `reader_` reads; newest use first
};

}  // namespace cis::server
