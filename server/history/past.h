// SPDX-License-Identifier: Apache-2.0
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
#include "server/placement/serving_state.h"

namespace cis::server {

struct PastOptions {
  std::string path;  // of the database file
  // Snapshots of earlier times that are kept; the least recently used is dropped first. Today's
  // federation has some 7,000 records, so all of its snapshots are kept; of a federation of 20
  // times that size, only one is.
  size_t max_snapshots = 8;
  size_t max_records = 200'000;  // flavors, images and networks of all kept snapshots together
  // Opens the file.
  std::function<absl::StatusOr<std::unique_ptr<HistoryReader>>(const std::string&)> open =
      OpenHistoryReader;
};

// Answers questions about earlier times from a database file, which is read on demand. A file that
// was replaced is opened again, once per call. Not thread-safe; the snapshots that it returns are.
class Past {
 public:
  explicit Past(PastOptions options) : options_(std::move(options)) {}
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;

  // Calls `use` with the open file. Returns the errors of OpenHistoryReader and of `use`.
  absl::Status Read(absl::FunctionRef<absl::Status(HistoryReader&)> use);

  // Returns the state that was served at `time`. Costs as much as loading the whole catalog,
  // unless that state is still kept in memory. Returns OUT_OF_RANGE if the history does not
  // reach back to `time`; otherwise the errors of Read.
  absl::StatusOr<std::shared_ptr<const ServingState>> At(absl::Time time);

 private:
  struct Kept {
    std::shared_ptr<const ServingState> state;
    size_t record_count = 0;
  };

  void Keep(std::shared_ptr<const ServingState> state);

  const PastOptions options_;
  std::unique_ptr<HistoryReader> reader_;
  std::list<Kept> kept_;  // of the file that `reader_` reads; most recently used first
};

}  // namespace cis::server
