// SPDX-License-Identifier: Apache-2.0
#pragma once

// The history of a store: the catalog of an earlier time, the journal of changes, and retention.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/model/catalog.h"
#include "schema/model/change.h"

namespace cis {

// Selects entries of the journal.
struct ChangeQuery {
  std::vector<std::string> site_names = {};  // as GOCDB writes them; empty = all
  std::vector<std::string> vos = {};   // changes of endpoints are of each VO there; empty = all
  std::vector<ChangeKind> kinds = {};  // empty = all
  absl::Time start_time = absl::InfinitePast();  // inclusive
  absl::Time end_time = absl::InfiniteFuture();  // exclusive
  int64_t after_id = 0;                          // only newer entries
  int64_t before_id = -1;                        // only older entries; -1 = no bound
  bool newest_first = true;
  int64_t limit = 100;  // entries
};

// A position in the journal: right after one entry. `change_id` 0 is before the first.
struct ChangePosition {
  int64_t change_id = 0;
  int64_t generation = 0;
  absl::Time time = absl::InfinitePast();
  int64_t database_id = 0;  // whose journal it is (CatalogVersion); 0 = not known

  friend bool operator==(const ChangePosition&, const ChangePosition&) = default;
};

// The extent of the history that is kept.
struct HistoryBounds {
  absl::Time oldest_time = absl::InfiniteFuture();  // InfiniteFuture: nothing was written yet
  int64_t pruned_change_id = 0;                     // entries up to this one are not kept
  ChangePosition newest;                            // position after the newest entry
};

// Reads the history. Not thread-safe; open one reader per thread. Every function returns
// UNAVAILABLE if the path leads to another file now, and DATA_LOSS if the file is damaged.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  virtual absl::StatusOr<HistoryBounds> Bounds() = 0;

  // Returns the generation that was served at `time`: that of the last transaction stamped then or
  // before. Returns OUT_OF_RANGE if `time` is before the oldest time that is kept.
  virtual absl::StatusOr<int64_t> GenerationAt(absl::Time time) = 0;

  // Returns the catalog as it was at `generation`, with its crawls and states. The registry and the
  // projects that endpoints offer have no history: they are empty, and a site whose file names no
  // country has the registry's present one. The last_seen of a row that was active then is the
  // newest listing that shows it. Nothing is reused from another catalog: the call costs as much as
  // a first Load, plus the steps back. Returns OUT_OF_RANGE if the generation is not kept.
  virtual absl::StatusOr<Catalog> LoadAt(int64_t generation) = 0;

  // Returns entries of the journal in ascending or descending order of their ids.
  virtual absl::StatusOr<std::vector<Change>> Changes(const ChangeQuery& query) = 0;

  // Checks that the changes after `position` are complete. Returns OUT_OF_RANGE if some of them are
  // not kept any more, and FAILED_PRECONDITION if the journal never had this position: the file was
  // replaced.
  virtual absl::Status CheckPosition(const ChangePosition& position) = 0;
};

// Opens an existing file read-only. Returns the errors of OpenStoreReader.
absl::StatusOr<std::unique_ptr<HistoryReader>> OpenHistoryReader(const std::string& path);

// How many rows retention removed.
struct PruneResult {
  int64_t change_count = 0;
  int64_t history_count = 0;
  int64_t crawl_count = 0;
  int64_t record_count = 0;  // flavors, images and networks that were inactive for as long
};

// Rows per transaction of PruneHistory, which bounds how long other processes wait.
inline constexpr int64_t kPruneBatch = 2000;

// Deletes what is older than `before`: crawls and their results (never the newest crawl), entries
// of the journal, the history that leads to earlier times, and records that no listing has
// contained since. Current data is left alone. Uses many short transactions; stopping between them
// does no harm. The caller holds the lock of crawlers. Returns the errors of OpenStoreReader, and
// UNAVAILABLE or RESOURCE_EXHAUSTED as StoreWriter does.
absl::StatusOr<PruneResult> PruneHistory(const std::string& path, absl::Time before);

}  // namespace cis
