#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/store/sqlite.h"
#include "schema/store/store.h"

namespace cis {

// StoreWriter on an SQLite file. Not thread-safe.
class SqliteWriter : public StoreWriter {
 public:
  // `db` must be writable and migrated.
  explicit SqliteWriter(std::unique_ptr<Connection> db) : db_(std::move(db)) {}

  absl::StatusOr<int64_t> BeginCrawl(absl::Time start_time) override;
  absl::Status EndCrawl(const Crawl& crawl) override;
  absl::Status ReplaceConfiguration(absl::Span<const Site> sites,
                                    absl::Span<const Share> shares) override;
  absl::Status ReplaceRecords(int64_t crawl_id, const Observation& observation,
                              const RecordSet& records, int64_t request_count) override;
  absl::Status RecordFailure(int64_t crawl_id, const Share& share, Kind kind, ErrorClass error,
                             absl::string_view message, absl::Time time,
                             int64_t request_count) override;
  absl::Status RecordNotAsked(int64_t crawl_id, const Share& share, absl::string_view message,
                              absl::Time time) override;
  absl::Status RecordLogin(int64_t crawl_id, const Share& share, absl::Time time,
                           int64_t request_count) override;
  absl::Status ReplaceRegistry(const RegistryUpdate& update) override;
  absl::Status RecordRegistryFailure(RegistryPart part, ErrorClass error, absl::string_view message,
                                     absl::Time time) override;
  absl::Status ReplaceSiteProblems(absl::Span<const SiteProblem> problems,
                                   absl::Time time) override;
  absl::Status PutOffers(const Share& share, absl::Span<const OfferedProject> projects,
                         absl::Time time) override;
  absl::Status DropOffers(const Share& share, absl::Time time) override;
  absl::Status ForEachObservation(
      const std::function<absl::Status(const Observation&)>& use) override;
  absl::Status Renormalize(const Observation& observation, const RecordSet& records) override;

 private:
  const std::unique_ptr<Connection> db_;
};

}  // namespace cis
