#pragma once

// The past of a store: the catalog of an earlier time, the journal of changes, and retention.

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

// Which rows of the journal are wanted.
struct ChangeQuery {
  std::vector<std::string> site_names = {};  // as GOCDB writes them; empty = all
  std::vector<std::string> vos = {};   // changes of endpoints are of each VO there; empty = all
  std::vector<ChangeKind> kinds = {};  // empty = all
  absl::Time start_time = absl::InfinitePast();  // inclusive
  absl::Time end_time = absl::InfiniteFuture();  // exclusive
  int64_t after_id = 0;                          // only newer rows
  int64_t before_id = -1;                        // only older rows; -1 = no bound
  bool newest_first = true;
  int64_t limit = 100;  // rows
};

// A place in the journal: right after one row. `change_id` 0 is before the first.
struct ChangePosition {
  int64_t change_id = 0;
  int64_t generation = 0;
  absl::Time time = absl::InfinitePast();

  friend bool operator==(const ChangePosition&, const ChangePosition&) = default;
};

// What can be told of the past.
struct HistoryBounds {
  absl::Time oldest_time = absl::InfiniteFuture();  // InfiniteFuture: nothing was written yet
  int64_t pruned_change_id = 0;                     // rows up to this one are not kept
  ChangePosition newest;                            // place after the newest row
};

// Reads the past. Not thread-safe; open one per thread. Every function returns UNAVAILABLE if the
// path leads to another file now, DATA_LOSS if the file is damaged.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  virtual absl::StatusOr<HistoryBounds> Bounds() = 0;

  // The generation that was served at `time`: that of the last transaction stamped then or before.
  // Returns OUT_OF_RANGE if `time` is before the oldest that is kept.
  virtual absl::StatusOr<int64_t> GenerationAt(absl::Time time) = 0;

  // The catalog as it was at `generation`, its crawls and states included. The registry and the
  // projects that endpoints offer have no history: they are empty, and a site whose file names no
  // country has that of the registry now. Of a row that is active
  // then, last_seen is the newest listing that shows it. Nothing is taken over from another
  // catalog: it costs what a first Load costs, and the steps back. Returns OUT_OF_RANGE if the
  // generation is not kept.
  virtual absl::StatusOr<Catalog> LoadAt(int64_t generation) = 0;

  // Rows of the journal in the order of their ids, or against it.
  virtual absl::StatusOr<std::vector<Change>> Changes(const ChangeQuery& query) = 0;

  // Whether changes after `position` can be told. Returns OUT_OF_RANGE if some of them are not kept
  // any more, FAILED_PRECONDITION if the journal never had this position: the file was replaced.
  virtual absl::Status CheckPosition(const ChangePosition& position) = 0;
};

// Opens an existing file read-only. Errors as OpenStoreReader.
absl::StatusOr<std::unique_ptr<HistoryReader>> OpenHistoryReader(const std::string& path);

// How many rows retention removed.
struct PruneResult {
  int64_t change_count = 0;
  int64_t history_count = 0;
  int64_t crawl_count = 0;
  int64_t record_count = 0;  // flavors, images and networks that were gone for as long
};

// Rows of one transaction of PruneHistory: others wait for no more than that.
inline constexpr int64_t kPruneBatch = 2000;

// Removes what is older than `before`: crawls and their results (never the newest crawl), the
// journal, the history that leads to times before it, and what is in no listing since. What is in
// force now is left alone. Many short transactions; stopping between them does no harm. The caller
// holds the lock of crawlers. Returns the errors of OpenStoreReader, and UNAVAILABLE or
// RESOURCE_EXHAUSTED as StoreWriter.
absl::StatusOr<PruneResult> PruneHistory(const std::string& path, absl::Time before);

}  // namespace cis
