// SPDX-License-Identifier: Apache-2.0
#include "schema/store/migrations.h"

#include <cstdio>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

absl::Status NewerError(const std::string& path, int64_t version, int64_t known) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " was written by a newer version (schema ", version,
                   ", this program knows ", known, "); use that version, or another file"));
}

// A copy that appears under its name only when it is complete.
absl::Status Backup(Connection& db, int64_t version) {
  const std::string path = absl::StrCat(db.path(), ".schema-", version, ".backup");
  const std::string part = absl::StrCat(path, ".part");
  CIS_RETURN_IF_ERROR(db.CopyTo(part));
  if (std::rename(part.c_str(), path.c_str()) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path,
                     ": the backup before the upgrade cannot be renamed to this; make the "
                     "folder writable"));
  }
  return absl::OkStatus();
}

absl::Status RunStep(Connection& db, const Migration& step) {
  return db.Write([&]() -> absl::Status {
    // Another process may have made the step while this one waited for the lock.
    CIS_ASSIGN_OR_RETURN(const int64_t version, SchemaVersion(db));
    if (version >= step.version) return absl::OkStatus();
    CIS_RETURN_IF_ERROR(db.Execute(step.upgrade_sql));
    CIS_RETURN_IF_ERROR(db.Execute(absl::StrCat("PRAGMA application_id = ", kApplicationId,
                                                "; PRAGMA user_version = ", step.version)));
    return Verify(db, absl::MakeConstSpan(&step, 1));
  });
}

}  // namespace

absl::StatusOr<int64_t> SchemaVersion(Connection& db) {
  CIS_ASSIGN_OR_RETURN(const int64_t application_id, db.QueryInt("PRAGMA application_id"));
  CIS_ASSIGN_OR_RETURN(const int64_t version, db.QueryInt("PRAGMA user_version"));
  if (application_id == kApplicationId && version > 0) return version;
  CIS_ASSIGN_OR_RETURN(const int64_t table_count,
                       db.QueryInt("SELECT count(*) FROM sqlite_schema"));
  if (application_id == 0 && version == 0 && table_count == 0) return 0;
  return absl::DataLossError(absl::StrCat(
      db.path(),
      " is an SQLite database of another program; name the file that cis-crawler wrote"));
}

absl::Status MigrateTo(Connection& db, absl::Span<const Migration> steps) {
  const int64_t known = steps.empty() ? 0 : steps.back().version;
  CIS_ASSIGN_OR_RETURN(const int64_t version, SchemaVersion(db));
  if (version > known) return NewerError(db.path(), version, known);
  if (version > 0 && version < known) CIS_RETURN_IF_ERROR(Backup(db, version));
  for (const Migration& step : steps) {
    if (step.version > version) CIS_RETURN_IF_ERROR(RunStep(db, step));
  }
  return absl::OkStatus();
}

absl::Status CheckVersion(Connection& db, absl::Span<const Migration> steps) {
  const int64_t known = steps.empty() ? 0 : steps.back().version;
  CIS_ASSIGN_OR_RETURN(const int64_t version, SchemaVersion(db));
  if (version > known) return NewerError(db.path(), version, known);
  if (version == 0) {
    return absl::NotFoundError(
        absl::StrCat(db.path(), " is still empty; a crawl (cis-crawler crawl) fills it"));
  }
  if (version < known) {
    return absl::FailedPreconditionError(absl::StrCat(
        db.path(), " was written by an older version (schema ", version, ", this program needs ",
        known, "); the next crawl of this version upgrades it"));
  }
  return absl::OkStatus();
}

absl::Status Verify(Connection& db, absl::Span<const Migration> steps) {
  for (const Migration& step : steps) {
    CIS_RETURN_IF_ERROR(
        db.QueryEach(step.verify_sql, [&](absl::string_view query, int64_t answer) -> absl::Status {
          if (answer == 1) return absl::OkStatus();
          return absl::DataLossError(
              absl::StrCat(db.path(), ": its contents are inconsistent (schema ", step.version,
                           ": ", absl::StripAsciiWhitespace(query), ")"));
        }));
  }
  return absl::OkStatus();
}

}  // namespace cis
