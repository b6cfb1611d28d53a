// SPDX-License-Identifier: Apache-2.0
#pragma once

// The store as the crawler and the server see it. SQLite is the embedded backend (sqlite_store.h);
// another backend implements the same two interfaces.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "schema/base/clock.h"
#include "schema/model/catalog.h"
#include "schema/model/observation.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"

namespace cis {

// Normalised records of one observation, ready to be written. Only the member of its kind is used.
struct RecordSet {
  Share share;  // project_name, support and so on as found by the crawl
  Kind kind = Kind::kFlavors;
  absl::Time observe_time = absl::InfinitePast();
  std::vector<Flavor> flavors;
  std::vector<Image> images;
  NetworkSet network_set;
  LimitSet limit_set;
  std::vector<std::string> remarks;  // as KindState::remarks
  int64_t skipped_count = 0;         // records that could not be read
  std::vector<std::string> skipped_reasons;
};

// Number of records of the set's kind.
int64_t RecordCount(const RecordSet& records);

// Writes the results of crawls. Use one writer per file; not thread-safe.
//
// Every function returns UNAVAILABLE if another process keeps the file locked for longer than the
// busy time, DATA_LOSS if the file is damaged, RESOURCE_EXHAUSTED if the disk is full and INTERNAL
// if a record breaks a rule of the schema. Instants are kept to the microsecond.
class StoreWriter {
 public:
  virtual ~StoreWriter() = default;

  // Adds a crawl to the history. Returns its id.
  virtual absl::StatusOr<int64_t> BeginCrawl(absl::Time start_time) = 0;
  // Records the end of a crawl. Counters are taken from `crawl`; start_time is kept. Returns
  // FAILED_PRECONDITION if `crawl.id` is not from BeginCrawl.
  virtual absl::Status EndCrawl(const Crawl& crawl) = 0;

  // Makes `shares` the configured shares of their sites in one transaction: adds or updates sites,
  // endpoints, VOs and shares; shares of the named sites that are not listed become
  // configured=false but keep their data. Sites that are not named are left alone.
  virtual absl::Status ReplaceConfiguration(absl::Span<const Site> sites,
                                            absl::Span<const Share> shares) = 0;

  // Stores the result of reading (share, kind), in one transaction: keeps `observation` compressed,
  // replaces all records of (share, kind) with `records`, marks rows that are not in the listing
  // any more as inactive with their last_seen, updates the kind's state and the crawl history, and
  // increments the generation. On any error the previous data remains. Creates the share (and
  // endpoint) if a crawl discovered it. The time of the data is records.observe_time or, if that is
  // not set, observation.fetch_time. Flavors and images are kept once per endpoint: the latest
  // report wins, but a flavor reported without extra specs keeps those that another share saw, and
  // the facts derived from them. Returns INVALID_ARGUMENT if `records` and `observation` are not of
  // the same share and kind, or without a time; FAILED_PRECONDITION if `crawl_id` is not from
  // BeginCrawl.
  virtual absl::Status ReplaceRecords(int64_t crawl_id, const Observation& observation,
                                      const RecordSet& records, int64_t request_count) = 0;

  // Records that (share, kind) could not be refreshed; keeps the last good data. `share.support`
  // and `share.support_time` are stored too unless they are kUnknown. Increments the generation.
  // Returns INVALID_ARGUMENT if `error` is kNone; FAILED_PRECONDITION as ReplaceRecords does.
  virtual absl::Status RecordFailure(int64_t crawl_id, const Share& share, Kind kind,
                                     ErrorClass error, absl::string_view message, absl::Time time,
                                     int64_t request_count) = 0;

  // Records in the history that the crawl did not ask the share, because its endpoint is backed off
  // from (model/back_off.h); `message` says until when. Nothing else about the share changes.
  virtual absl::Status RecordNotAsked(int64_t crawl_id, const Share& share,
                                      absl::string_view message, absl::Time time) = 0;

  // Records that login succeeded for the share (kind kAuth), with what the token and the catalog
  // contain. Sets the share's support to kAuthenticated at `time`.
  virtual absl::Status RecordLogin(int64_t crawl_id, const Share& share, absl::Time time,
                                   int64_t request_count) = 0;

  // Replaces one whole list of the registry of sites, in one transaction, and increments the
  // generation. Sites that are not listed any more stay, inactive. Returns INVALID_ARGUMENT without
  // a time.
  virtual absl::Status ReplaceRegistry(const RegistryUpdate& update) = 0;
  // Records that a list of the registry could not be refreshed; keeps the last good one. Returns
  // INVALID_ARGUMENT if `error` is kNone.
  virtual absl::Status RecordRegistryFailure(RegistryPart part, ErrorClass error,
                                             absl::string_view message, absl::Time time) = 0;
  // Replaces all problems of all sites. Known problems keep their `since` (that of the argument is
  // not used), new ones begin at `time`. Increments the generation if anything changed.
  virtual absl::Status ReplaceSiteProblems(absl::Span<const SiteProblem> problems,
                                           absl::Time time) = 0;

  // Records the projects that the endpoint of `share` offered to the share's credential at `time`.
  // Like DropOffers, does nothing if the store has no such endpoint.
  virtual absl::Status PutOffers(const Share& share, absl::Span<const OfferedProject> projects,
                                 absl::Time time) = 0;
  // Deletes the projects that the endpoint of `share` has not offered since `time`.
  virtual absl::Status DropOffers(const Share& share, absl::Time time) = 0;

  // Calls `use` for every stored observation (the newest of each share and kind) in the order in
  // which they were fetched. Stops at the first error, which it returns. `use` may call
  // Renormalize. Used by `renormalize`.
  virtual absl::Status ForEachObservation(
      const std::function<absl::Status(const Observation&)>& use) = 0;

  // Like ReplaceRecords for an observation that is already stored, without crawl history and change
  // of times; rows are replaced with `records`. Returns ABORTED if a crawl has replaced the
  // observation since it was read.
  virtual absl::Status Renormalize(const Observation& observation, const RecordSet& records) = 0;
};

// A read-only view. Not thread-safe; open one per thread.
class StoreReader {
 public:
  virtual ~StoreReader() = default;

  // Returns the current version with one indexed read, cheap enough to poll. Returns UNAVAILABLE
  // if the path leads to another file now, or to none, and ABORTED if the file can only be read as
  // one that does not change and has changed (Connection::CheckUnchanged): open it again.
  virtual absl::StatusOr<CatalogVersion> Version() = 0;

  // Loads everything at one generation, in one read transaction. Sites of `previous` (may be null,
  // may come from another reader or another file) whose revision is unchanged are reused instead of
  // read. Returns the errors of Version(), and DATA_LOSS if the file is damaged.
  virtual absl::StatusOr<Catalog> Load(const Catalog* previous) = 0;
};

// Opens `path` for writing, creates it if absent and migrates it to the current version. Returns
// FAILED_PRECONDITION if the file was written by a newer version; DATA_LOSS if it is not a
// database, is damaged or fails its verification; PERMISSION_DENIED or NOT_FOUND if it cannot be
// opened; UNAVAILABLE if another process holds the lock for longer than the busy time. `clock`
// stamps history and journal (nullptr = the machine's clock); it must outlive the writer.
absl::StatusOr<std::unique_ptr<StoreWriter>> OpenStoreWriter(const std::string& path,
                                                             const Clock* clock = nullptr);

// Opens an existing file read-only. Returns NOT_FOUND if it does not exist or is empty,
// FAILED_PRECONDITION if it is older or newer than this program, and DATA_LOSS if it is damaged or
// not a CIS database.
absl::StatusOr<std::unique_ptr<StoreReader>> OpenStoreReader(const std::string& path);

}  // namespace cis
