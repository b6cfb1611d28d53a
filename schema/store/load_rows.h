// SPDX-License-Identifier: Apache-2.0
#pragma once

// Conversion of rows to records, shared by the readers of current and of earlier data. Errors are
// those of Statement::Step(), and DATA_LOSS for a column that no crawler wrote.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "schema/base/status_macros.h"
#include "schema/model/catalog.h"
#include "schema/store/record_pool.h"
#include "schema/store/rows.h"
#include "schema/store/sqlite.h"

namespace cis {

// Hands each row of `statement` to `use`; `pool` keeps equal texts of the records once. Returns
// DATA_LOSS if a column cannot be read.
template <typename Use>
absl::Status ForEachRow(Connection& db, Statement& statement, RecordPool& pool, Use use) {
  RowReader reader(statement, pool);
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return absl::OkStatus();
    use(reader);
    if (!reader.damaged_column().empty()) {
      statement.Reset();
      return absl::DataLossError(
          absl::StrCat(db.path(), ": the column ", reader.damaged_column(),
                       " has a value that no crawler writes; restore a backup"));
    }
  }
}

// The same for rows that are few.
template <typename Use>
absl::Status ForEachRow(Connection& db, Statement& statement, Use use) {
  RecordPool pool;
  return ForEachRow(db, statement, pool, std::move(use));
}

// Returns the prepared statement of `sql` with its one parameter `name` set.
absl::StatusOr<Statement*> UseWith(Connection& db, absl::string_view sql, absl::string_view name,
                                   int64_t value);

template <typename Record>
void ReadStored(RowReader& read, Stored<Record>* stored) {
  VisitFields(read, stored->record);
  read("active", stored->active);
  read("first_seen_us", stored->first_seen);
  read("last_seen_us", stored->last_seen);
}

// The rows that the members of a catalog were read from, in the same order.
struct ShareRows {
  int64_t id = 0;
  std::vector<int64_t> network_ids;
};
struct EndpointRows {
  int64_t id = 0;
  std::vector<int64_t> flavor_ids;
  std::vector<int64_t> image_ids;
  std::vector<ShareRows> shares;
};
struct SiteRows {
  int64_t id = 0;
  std::vector<EndpointRows> endpoints;
};

// Loads the networks of a share with their subnets, ordered by id, and the rows that they were read
// from.
absl::Status LoadNetworks(Connection& db, RecordPool& pool, int64_t share_id,
                          std::vector<Stored<Network>>* networks,
                          std::vector<int64_t>* network_ids);
absl::StatusOr<std::vector<Router>> LoadRouters(Connection& db, RecordPool& pool, int64_t share_id);
absl::StatusOr<std::vector<FloatingIp>> LoadFloatingIps(Connection& db, RecordPool& pool,
                                                        int64_t share_id);
absl::StatusOr<std::vector<SubnetPool>> LoadSubnetPools(Connection& db, RecordPool& pool,
                                                        int64_t share_id);
absl::StatusOr<std::vector<AvailabilityZone>> LoadZones(Connection& db, RecordPool& pool,
                                                        int64_t share_id);
absl::StatusOr<std::vector<VolumeType>> LoadVolumeTypes(Connection& db, RecordPool& pool,
                                                        int64_t share_id);
// Loads the quotas of a share, ordered by resource.
absl::StatusOr<std::vector<Quota>> LoadQuotas(Connection& db, RecordPool& pool, int64_t share_id);

// Loads the endpoints and shares of the site in row `rows.id`; combining what shares know about the
// same networks (JoinNetworkFacts) is left to the caller. `pool` keeps equal texts of all sites
// once.
absl::Status LoadSite(Connection& db, RecordPool& pool, SiteCatalog* site, SiteRows* rows);

// Loads all sites without their contents, ordered by name, and the rows that they were read from.
absl::Status LoadSiteHeads(Connection& db, std::vector<std::shared_ptr<SiteCatalog>>* sites,
                           std::vector<SiteRows>* rows);

// Loads the crawls that had begun at `time`, and their results until then; a crawl that ended later
// appears as one in progress.
absl::Status LoadCrawls(Connection& db, absl::Time time, Catalog* catalog);

}  // namespace cis
