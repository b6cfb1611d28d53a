// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of sites, endpoints, VOs, shares and the states of their kinds. Each function needs an open
// write transaction and records its changes in the transaction's log. Errors are those of
// Statement::Step().

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/records.h"
#include "schema/store/sqlite.h"
#include "schema/store/transaction_log.h"

namespace cis {

// Where the contents of a row come from.
enum class Origin {
  kConfiguration,  // decides `configured`
  kCrawl,          // leaves `configured` as it is
};

// A row that Put added or found.
struct PutRow {
  int64_t id = 0;
  bool changed = false;  // it is new or differs from before
};

// Returns `stored` updated with what is known in `found`: an unknown value never replaces a known
// one.
Endpoint MergeEndpoint(const Endpoint& stored, const Endpoint& found, Origin origin);
Share MergeShare(const Share& stored, const Share& found, Origin origin);

// Adds the row or merges it with the existing one.
absl::StatusOr<PutRow> PutSite(Connection& db, TransactionLog& log, const Site& site,
                               Origin origin);
absl::StatusOr<PutRow> PutEndpoint(Connection& db, TransactionLog& log, int64_t site_id,
                                   const Endpoint& endpoint, Origin origin);
absl::StatusOr<PutRow> PutShare(Connection& db, TransactionLog& log, int64_t endpoint_id,
                                const Share& share, Origin origin);

// The rows of one share and of its endpoint and site.
struct ShareRowIds {
  int64_t site_id = 0;
  int64_t endpoint_id = 0;
  int64_t share_id = 0;
};
// Writes the share, its endpoint, its VO and its site as a crawl found them.
absl::StatusOr<ShareRowIds> PutCrawledShare(Connection& db, TransactionLog& log,
                                            const Share& share);

// Rows of an endpoint and its site.
struct EndpointRowIds {
  int64_t site_id = 0;
  int64_t endpoint_id = 0;
};
// Returns nullopt if the endpoint is not in the store.
absl::StatusOr<std::optional<EndpointRowIds>> FindEndpointRow(Connection& db,
                                                              const Endpoint& endpoint);

// Increments the generation of the catalog. Call once per transaction, before TouchSite.
absl::Status BumpGeneration(Connection& db);
// Records that something of the site changed in this generation.
absl::Status TouchSite(Connection& db, int64_t site_id);

// The result of one attempt to refresh a kind of a share.
struct Attempt {
  Kind kind = Kind::kAuth;
  absl::Time time = absl::InfinitePast();
  ErrorClass error = ErrorClass::kNone;  // kNone = it succeeded
  std::string message;
  int64_t record_count = 0;
  int64_t skipped_count = 0;
  std::vector<std::string> remarks;  // as KindState::remarks
  int64_t request_count = 0;
};
// Returns the state after `attempt`. Pure.
KindState NextKindState(const KindState& before, const Attempt& attempt);
// Updates the kind's state and the crawl's history.
absl::Status PutAttempt(Connection& db, TransactionLog& log, int64_t crawl_id,
                        const ShareRowIds& row, const Share& share, const Attempt& attempt);

// Adds the result of a crawl for a kind of a share to the crawl's history.
absl::Status PutCrawlResult(Connection& db, int64_t crawl_id, int64_t share_id,
                            const CrawlResult& result);

// Reads the state of (share, kind); nothing if it was never tried. Only reads.
absl::StatusOr<std::optional<KindState>> FindKindState(Connection& db, int64_t share_id, Kind kind);

// Sets how many records of the stored observation could not be read, and the remarks about it.
absl::Status PutReading(Connection& db, TransactionLog& log, int64_t share_id, Kind kind,
                        int64_t skipped_count, const std::vector<std::string>& remarks);

// Returns FAILED_PRECONDITION unless the crawl is in the history.
absl::Status CheckCrawl(Connection& db, int64_t crawl_id);

// Runs a statement that gives one row with the column `id`. Returns INTERNAL if it gives none.
absl::StatusOr<int64_t> RunForId(Statement& statement);

}  // namespace cis
