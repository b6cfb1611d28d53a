// SPDX-License-Identifier: Apache-2.0
#pragma once

// Upgrades a database file to the schema that this program knows, or rejects the file.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "schema/store/sqlite.h"

namespace cis {

// One step of the schema: from version - 1 to version.
struct Migration {
  int64_t version = 0;      // 1, 2, 3...
  const char* upgrade_sql;  // statements without parameters
  const char* verify_sql;   // queries that must each return 1 from this version on
};

// The released steps, in order. Generated from schema/sql by schema/embed_sql.cmake.
absl::Span<const Migration> Migrations();

// Marks a file as CIS's own in the header of SQLite files: "CISD".
inline constexpr int64_t kApplicationId = 0x43495344;

// Returns the version of the schema in the file; 0 if the file is empty. Returns DATA_LOSS if the
// file is damaged or is another program's database.
absl::StatusOr<int64_t> SchemaVersion(Connection& db);

// Runs those of `steps` that the file does not have, each in its own transaction together with its
// version number and its verification. A file that already holds data is first copied to
// "FILE.schema-N.backup", where N is its version. Returns FAILED_PRECONDITION if the file is newer
// than `steps`; DATA_LOSS if it is damaged, is another program's, or a step fails its verification
// (the file then stays at the version before that step).
absl::Status MigrateTo(Connection& db, absl::Span<const Migration> steps);

// Returns FAILED_PRECONDITION, saying what to do, unless the file has exactly the version of the
// last step; NOT_FOUND if it is empty.
absl::Status CheckVersion(Connection& db, absl::Span<const Migration> steps);

// Runs the verification queries of `steps`. Returns DATA_LOSS naming the first one that fails.
absl::Status Verify(Connection& db, absl::Span<const Migration> steps);

}  // namespace cis
