// SPDX-License-Identifier: Apache-2.0
#include "schema/store/backup.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/store/migrations.h"
#include "schema/store/sqlite.h"
#include "schema/store/sqlite_sql.h"
#include "schema/store/sqlite_store.h"

namespace cis {
namespace {

// A part that cannot be removed does no harm: the next copy replaces it.
void Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
}

absl::Status CheckDifferent(const std::string& from, const std::string& to) {
  std::error_code error;
  if (!std::filesystem::equivalent(from, to, error)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", to, "\" is the file \"", from, "\" itself; name another one"));
}

// Makes a copy of `from` at `part` and runs `sql` in it, or makes no file at all.
absl::Status MakePart(const std::string& from, const std::string& part, const std::string& sql) {
  const auto make = [&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> source,
                         Connection::Open(from, Connection::Mode::kReadOnly, kBusyTime));
    CIS_RETURN_IF_ERROR(CheckVersion(*source, Migrations()));
    CIS_RETURN_IF_ERROR(source->CopyTo(part));
    {
      CIS_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> target,
                           Connection::Open(part, Connection::Mode::kReadWrite, kBusyTime));
      CIS_RETURN_IF_ERROR(target->Execute(sql));
    }
    return CheckIntegrity(part);
  };
  absl::Status status = make();
  if (!status.ok()) Remove(part);
  return status;
}

absl::Status MoveInPlace(const std::string& part, const std::string& path) {
  if (std::rename(part.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const int error = errno;
  Remove(part);
  return absl::PermissionDeniedError(
      absl::StrCat(path, ": cannot be written (", std::strerror(error), ")"));
}

// Moves the contents of the write-ahead log of `path` into the file and removes the log, which must
// not be left beside another file. The log of a damaged file is useless.
absl::Status EndLog(const std::string& path) {
  const auto end = [&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> old,
                         Connection::Open(path, Connection::Mode::kReadWrite, kBusyTime));
    return old->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  };
  end().IgnoreError();
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::remove(absl::StrCat(path, suffix), error);
    if (error) {
      return absl::PermissionDeniedError(
          absl::StrCat(path, suffix, ": cannot be removed (", error.message(), ")"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BackUpStore(const std::string& path, const std::string& copy) {
  CIS_RETURN_IF_ERROR(CheckDifferent(path, copy));
  const std::string part = absl::StrCat(copy, ".part");
  CIS_RETURN_IF_ERROR(MakePart(path, part, "PRAGMA journal_mode = DELETE"));
  return MoveInPlace(part, copy);
}

absl::Status RestoreStore(const std::string& copy, const std::string& path) {
  CIS_RETURN_IF_ERROR(CheckDifferent(copy, path));
  CIS_RETURN_IF_ERROR(CheckIntegrity(copy));
  const std::string part = absl::StrCat(path, ".part");
  CIS_RETURN_IF_ERROR(
      MakePart(copy, part, absl::StrCat("PRAGMA journal_mode = WAL; ", sql::kRenewDatabaseId)));
  // CheckIntegrity has opened the part; its log files must not be left under the part's name.
  absl::Status status = EndLog(part);
  if (status.ok()) status = EndLog(path);
  if (status.ok()) return MoveInPlace(part, path);
  Remove(part);
  return status;
}

}  // namespace cis
