#pragma once

// Rows of what sites answered. Errors are those of Statement::Step() and of zstd.h.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/model/observation.h"
#include "schema/store/sqlite.h"

namespace cis {

// Replaces the observation of (share, kind). Needs an open write transaction.
absl::Status ReplaceObservation(Connection& db, int64_t share_id, const Observation& observation);

// Which observation: one per share and kind.
struct ObservationKey {
  int64_t share_id = 0;
  Kind kind = Kind::kFlavors;
};
// All that are stored, oldest first.
absl::StatusOr<std::vector<ObservationKey>> ObservationKeys(Connection& db);

// Returns NOT_FOUND if there is none, DATA_LOSS if it cannot be decompressed.
absl::StatusOr<Observation> LoadObservation(Connection& db, const ObservationKey& key);

// When the stored observation was fetched. Returns NOT_FOUND if there is none.
absl::StatusOr<absl::Time> ObservationTime(Connection& db, const ObservationKey& key);

}  // namespace cis
