// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of the answers of sites. Errors are those of Statement::Step() and of zstd.h.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/model/observation.h"
#include "schema/store/sqlite.h"

namespace cis {

// Replaces the observation of (share, kind). Needs an open write transaction. Returns true if the
// site's answer is the same as in the observation before: the same documents with the same bodies.
absl::StatusOr<bool> ReplaceObservation(Connection& db, int64_t share_id,
                                        const Observation& observation);

// A share as stored in its row, with its keys.
struct StoredShare {
  Share share;
  int64_t endpoint_id = 0;
};
// Returns NOT_FOUND if there is no such row.
absl::StatusOr<StoredShare> LoadShareRow(Connection& db, int64_t share_id);

// Identifies an observation: there is one per share and kind.
struct ObservationKey {
  int64_t share_id = 0;
  Kind kind = Kind::kFlavors;
};
// Returns all that are stored, oldest first.
absl::StatusOr<std::vector<ObservationKey>> ObservationKeys(Connection& db);

// Returns NOT_FOUND if there is none, DATA_LOSS if it cannot be decompressed.
absl::StatusOr<Observation> LoadObservation(Connection& db, const ObservationKey& key);

// Returns when the stored observation was fetched. Returns NOT_FOUND if there is none.
absl::StatusOr<absl::Time> ObservationTime(Connection& db, const ObservationKey& key);

}  // namespace cis
