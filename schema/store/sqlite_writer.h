// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/base/clock.h"
#include "schema/store/share_rows.h"
#include "schema/store/sqlite.h"
#include "schema/store/store.h"
#include "schema/store/transaction_log.h"

namespace cis {

// StoreWriter on an SQLite file. Not thread-safe.
class SqliteWriter : public StoreWriter {
 public:
  // `db` must be writable and migrated; `clock` (the machine's if nullptr) must outlive the writer.
  explicit SqliteWriter(std::unique_ptr<Connection> db, const Clock* clock = nullptr)
      : db_(std::move(db)), clock_(clock == nullptr ? &system_clock_ : clock) {}

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
  // Changes one share: a transaction with its generation, history and journal around `change`.
  absl::Status ChangeShare(
      const Share& share, Kind kind, ChangeCause cause,
      absl::FunctionRef<absl::Status(TransactionLog&, const ShareRowIds&)> change);
  // Changes data of a stored endpoint that has no history. Does nothing if there is no such
  // endpoint.
  absl::Status ChangeEndpoint(const Endpoint& endpoint,
                              absl::FunctionRef<absl::Status(int64_t endpoint_id)> change);
  // Changes the registry. The history records only the time of the change.
  absl::Status ChangeRegistry(absl::FunctionRef<absl::Status()> change);
  // Runs a transaction that is visible in the list of crawls only.
  absl::Status ChangeCrawls(absl::FunctionRef<absl::Status()> change);

  const std::unique_ptr<Connection> db_;
  const SystemClock system_clock_;
  const Clock* const clock_;
};

}  // namespace cis
