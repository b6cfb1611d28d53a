// SPDX-License-Identifier: Apache-2.0
#include "schema/store/sqlite_store.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/store/migrations.h"
#include "schema/store/sqlite.h"
#include "schema/store/sqlite_reader.h"
#include "schema/store/sqlite_writer.h"
#include "schema/store/store.h"

namespace cis {
namespace {

// `pragma` is a check that answers "ok" or the first problem.
absl::Status CheckPages(Connection& db, absl::string_view pragma) {
  CIS_ASSIGN_OR_RETURN(const std::string answer, db.QueryText(pragma));
  if (answer == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(db.path(), ": the database is damaged (", answer,
                                          "); restore a backup or crawl into another file"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreWriter>> OpenStoreWriter(const std::string& path,
                                                             const Clock* clock) {
  CIS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                       Connection::Open(path, Connection::Mode::kCreate, kBusyTime));
  // Before changing anything, check that the file is CIS's own and intact.
  CIS_RETURN_IF_ERROR(SchemaVersion(*db).status());
  CIS_RETURN_IF_ERROR(CheckPages(*db, "PRAGMA quick_check(1)"));
  CIS_RETURN_IF_ERROR(MigrateTo(*db, Migrations()));
  CIS_RETURN_IF_ERROR(Verify(*db, Migrations()));
  // Readers continue while a crawl writes. See README.md, Files, processes, durability.
  CIS_RETURN_IF_ERROR(
      db->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                  "PRAGMA journal_size_limit = 16777216"));
  CIS_RETURN_IF_ERROR(db->KeepSideFiles());
  return std::make_unique<SqliteWriter>(std::move(db), clock);
}

absl::StatusOr<std::unique_ptr<StoreReader>> OpenStoreReader(const std::string& path) {
  CIS_ASSIGN_OR_RETURN(const FileIdentity file, IdentifyFile(path));
  CIS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                       Connection::Open(path, Connection::Mode::kReadOnly, kBusyTime));
  CIS_RETURN_IF_ERROR(CheckVersion(*db, Migrations()));
  return std::make_unique<SqliteReader>(std::move(db), file);
}

absl::Status CheckIntegrity(const std::string& path) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> db,
                       Connection::Open(path, Connection::Mode::kReadOnly, kBusyTime));
  CIS_RETURN_IF_ERROR(CheckVersion(*db, Migrations()));
  CIS_RETURN_IF_ERROR(CheckPages(*db, "PRAGMA integrity_check(1)"));
  CIS_ASSIGN_OR_RETURN(const int64_t violation_count,
                       db->QueryInt("SELECT count(*) FROM pragma_foreign_key_check"));
  if (violation_count > 0) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", violation_count, " rows refer to rows that do not exist"));
  }
  return Verify(*db, Migrations());
}

}  // namespace cis
