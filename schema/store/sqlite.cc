// SPDX-License-Identifier: Apache-2.0
#include "schema/store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/base/utf8.h"

namespace cis {
namespace {

// The code is chosen by SQLite's result code, never by its message.
absl::Status StatusOf(int code, absl::string_view path, absl::string_view detail) {
  const auto say = [&](absl::string_view what) { return absl::StrCat(path, ": ", what); };
  switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return absl::OkStatus();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::UnavailableError(
          say("locked by another process; try again when its crawl has ended"));
    case SQLITE_CORRUPT:
      return absl::DataLossError(say(absl::StrCat("the database is damaged (", detail,
                                                  "); restore a backup or crawl into another "
                                                  "file")));
    case SQLITE_NOTADB:
      return absl::DataLossError(
          say("not a database, or damaged; name the file that cis-crawler wrote"));
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(say("no space left on its disk"));
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::ResourceExhaustedError(say(detail));
    case SQLITE_READONLY:
      // Reading needs the side files, and a reader that finds none has to create them.
      if (code != SQLITE_READONLY && code != SQLITE_READONLY_DBMOVED) {
        return absl::PermissionDeniedError(
            say("cannot be read without its -wal and -shm files; copy them, too, or grant write "
                "permission for the folder"));
      }
      return absl::PermissionDeniedError(
          say("may not be written; this needs write permission for the file and its folder"));
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::PermissionDeniedError(
          say("may not be written; this needs write permission for the file and its folder"));
    case SQLITE_CANTOPEN:
      return absl::PermissionDeniedError(
          say("cannot be opened; this needs permission for the file and its folder"));
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_NOMEM) return absl::ResourceExhaustedError(say(detail));
      return absl::UnavailableError(say(absl::StrCat("its disk reports an error (", detail, ")")));
    case SQLITE_INTERRUPT:
      return absl::CancelledError(say("interrupted"));
    default:
      return absl::InternalError(say(detail));
  }
}

// Checks for paths that SQLite would open and then fail to read with a disk error.
absl::Status CheckKind(const std::string& path, bool may_be_absent) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) {
    if (may_be_absent || (errno != ENOENT && errno != ENOTDIR)) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  if (S_ISREG(file.st_mode)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      S_ISDIR(file.st_mode)
          ? absl::StrCat(path, ": this is a folder; name the database file in it, for example ",
                         path, absl::EndsWith(path, "/") ? "" : "/", "cis.db")
          : absl::StrCat(path, ": this is not a regular file; name a database file"));
}

// Creates an empty file, which SQLite takes for a new database, if there is none. SQLite itself
// would make it readable for everyone, and it gives the -wal and -shm files the permissions of the
// file. If it cannot be created here, SQLite reports that.
void MakeFile(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (fd >= 0) close(fd);
}

// Returns `path` in SQLite's URI form, as a file that does not change.
std::string UnchangingUri(const std::string& path) {
  // With an empty authority a path may start with several slashes.
  std::string uri = absl::StartsWith(path, "/") ? "file://" : "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::StrContains("/._-", c)) {
      uri += c;
    } else {
      absl::StrAppend(&uri, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return absl::StrCat(uri, "?immutable=1");
}

absl::Status LastStatus(sqlite3* db, int code, absl::string_view path) {
  return StatusOf(code, path, sqlite3_errmsg(db));
}

}  // namespace

Statement::Statement(sqlite3* db, sqlite3_stmt* stmt, std::string path)
    : db_(db), stmt_(stmt), path_(std::move(path)) {}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      stmt_(std::exchange(other.stmt_, nullptr)),
      path_(std::move(other.path_)),
      column_names_(std::move(other.column_names_)),
      status_(std::move(other.status_)),
      repaired_(std::move(other.repaired_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this == &other) return *this;
  sqlite3_finalize(stmt_);
  db_ = other.db_;
  stmt_ = std::exchange(other.stmt_, nullptr);
  path_ = std::move(other.path_);
  column_names_ = std::move(other.column_names_);
  status_ = std::move(other.status_);
  repaired_ = std::move(other.repaired_);
  parameter_ = 0;
  column_ = -1;
  return *this;
}

Statement::~Statement() { sqlite3_finalize(stmt_); }

int Statement::ParameterIndex(absl::string_view name) {
  const int count = sqlite3_bind_parameter_count(stmt_);
  for (int tried = 0; tried < count; ++tried) {
    parameter_ = parameter_ >= count ? 1 : parameter_ + 1;
    const char* known = sqlite3_bind_parameter_name(stmt_, parameter_);
    if (known != nullptr && name == known + 1) return parameter_;
  }
  status_ = absl::InternalError(absl::StrCat(path_, ": no parameter :", name));
  return 0;
}

int Statement::ColumnIndex(absl::string_view name) {
  if (column_names_.empty()) {
    for (int i = 0; i < sqlite3_column_count(stmt_); ++i) {
      column_names_.emplace_back(sqlite3_column_name(stmt_, i));
    }
  }
  const auto count = static_cast<int>(column_names_.size());
  for (int tried = 0; tried < count; ++tried) {
    column_ = column_ + 1 >= count ? 0 : column_ + 1;
    if (name == column_names_[static_cast<size_t>(column_)]) return column_;
  }
  status_ = absl::InternalError(absl::StrCat(path_, ": no column ", name));
  return -1;
}

void Statement::Note(int code) {
  if (code != SQLITE_OK && status_.ok()) status_ = LastStatus(db_, code, path_);
}

void Statement::BindText(absl::string_view name, absl::string_view value) {
  if (const int i = ParameterIndex(name); i > 0) {
    if (!IsValidUtf8(value)) {
      const std::string valid = ValidUtf8(value);
      Note(
          sqlite3_bind_text64(stmt_, i, valid.data(), valid.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
      return;
    }
    // An empty view may hold a null pointer, which SQLite would take for NULL.
    Note(sqlite3_bind_text64(stmt_, i, value.empty() ? "" : value.data(), value.size(),
                             SQLITE_TRANSIENT, SQLITE_UTF8));
  }
}

void Statement::BindBlob(absl::string_view name, absl::string_view value) {
  if (const int i = ParameterIndex(name); i > 0) {
    Note(sqlite3_bind_blob64(stmt_, i, value.empty() ? "" : value.data(), value.size(),
                             SQLITE_TRANSIENT));
  }
}

void Statement::BindInt(absl::string_view name, int64_t value) {
  if (const int i = ParameterIndex(name); i > 0) Note(sqlite3_bind_int64(stmt_, i, value));
}

void Statement::BindReal(absl::string_view name, double value) {
  if (const int i = ParameterIndex(name); i > 0) Note(sqlite3_bind_double(stmt_, i, value));
}

void Statement::BindNull(absl::string_view name) {
  if (const int i = ParameterIndex(name); i > 0) Note(sqlite3_bind_null(stmt_, i));
}

absl::StatusOr<bool> Statement::Step() {
  parameter_ = 0;
  column_ = -1;
  repaired_.clear();
  if (!status_.ok()) {
    Reset();
    return std::exchange(status_, absl::OkStatus());
  }
  const int code = sqlite3_step(stmt_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  const absl::Status status = LastStatus(db_, sqlite3_extended_errcode(db_), path_);
  Reset();
  return status;
}

absl::Status Statement::Run() {
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, Step());
    if (!more) return absl::OkStatus();
  }
}

void Statement::Reset() { sqlite3_reset(stmt_); }

absl::string_view Statement::TextAt(int column) {
  // SQLite returns texts as unsigned char.
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
  const int bytes = sqlite3_column_bytes(stmt_, column);
  if (text == nullptr) return {};
  const absl::string_view view(text, static_cast<size_t>(bytes));
  if (IsValidUtf8(view)) return view;
  return repaired_.emplace_front(ValidUtf8(view));
}

bool Statement::IsNullAt(int column) {
  return column < 0 || sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}

int64_t Statement::Int(absl::string_view name) {
  const int i = ColumnIndex(name);
  return i < 0 ? 0 : sqlite3_column_int64(stmt_, i);
}

double Statement::Real(absl::string_view name) {
  const int i = ColumnIndex(name);
  return i < 0 ? 0 : sqlite3_column_double(stmt_, i);
}

absl::string_view Statement::Text(absl::string_view name) {
  const int i = ColumnIndex(name);
  return i < 0 ? absl::string_view() : TextAt(i);
}

std::optional<int64_t> Statement::OptionalInt(absl::string_view name) {
  const int i = ColumnIndex(name);
  if (IsNullAt(i)) return std::nullopt;
  return sqlite3_column_int64(stmt_, i);
}

std::optional<double> Statement::OptionalReal(absl::string_view name) {
  const int i = ColumnIndex(name);
  if (IsNullAt(i)) return std::nullopt;
  return sqlite3_column_double(stmt_, i);
}

std::optional<absl::string_view> Statement::OptionalText(absl::string_view name) {
  const int i = ColumnIndex(name);
  if (IsNullAt(i)) return std::nullopt;
  return TextAt(i);
}

absl::string_view Statement::Blob(absl::string_view name) {
  const int i = ColumnIndex(name);
  if (i < 0) return {};
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(stmt_, i));
  const int count = sqlite3_column_bytes(stmt_, i);
  return bytes == nullptr ? absl::string_view()
                          : absl::string_view(bytes, static_cast<size_t>(count));
}

Connection::FileState Connection::StateOf(const std::string& path) {
  FileState state;
  struct stat file = {};
  if (stat(path.c_str(), &file) == 0) {
    state.time_ns = int64_t{file.st_mtim.tv_sec} * 1'000'000'000 + file.st_mtim.tv_nsec;
    state.bytes = file.st_size;
  }
  struct stat wal = {};
  if (stat(absl::StrCat(path, "-wal").c_str(), &wal) == 0) state.wal_bytes = wal.st_size;
  return state;
}

absl::Status Connection::CheckUnchanged() const {
  if (!unchanging_ || StateOf(path_) == *unchanging_) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(path_, " was changed by another program; open it again"));
}

absl::Status Connection::ReadWithoutSideFiles() {
  const int code = sqlite3_exec(db_, "PRAGMA schema_version", nullptr, nullptr, nullptr) & 0xff;
  if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) return absl::OkStatus();
  const FileState state = StateOf(path_);
  // The contents of the log would be missing; the error of the next read says what to do.
  if (state.wal_bytes > 0) return absl::OkStatus();
  sqlite3* db = nullptr;
  const int open_code = sqlite3_open_v2(
      UnchangingUri(path_).c_str(), &db,
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
      nullptr);
  if (open_code != SQLITE_OK) {
    sqlite3_close(db);
    return StatusOf(open_code, path_, sqlite3_errstr(open_code));
  }
  sqlite3_close(db_);
  db_ = db;
  unchanging_ = state;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode,
                                                             absl::Duration busy_time) {
  CIS_RETURN_IF_ERROR(CheckKind(path, mode == Mode::kCreate));
  if (mode == Mode::kCreate) MakeFile(path);
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  if (code != SQLITE_OK) {
    const int os_error = db == nullptr ? 0 : sqlite3_system_errno(db);
    absl::Status status = StatusOf(code, path, sqlite3_errstr(code));
    sqlite3_close(db);
    if (os_error == ENOENT || os_error == ENOTDIR) {
      return absl::NotFoundError(absl::StrCat(path, ": its folder does not exist"));
    }
    return status;
  }
  std::unique_ptr<Connection> connection(new Connection(db, path));
  if (mode == Mode::kReadOnly) CIS_RETURN_IF_ERROR(connection->ReadWithoutSideFiles());
  db = connection->db_;
  sqlite3_busy_timeout(db, static_cast<int>(absl::ToInt64Milliseconds(busy_time)));
  // A file that was prepared by an attacker must not be able to do more than hold data.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  CIS_RETURN_IF_ERROR(connection->Execute("PRAGMA cell_size_check = ON"));
  return connection;
}

Connection::~Connection() {
  kept_.clear();
  sqlite3_close_v2(db_);
}

absl::StatusOr<Statement> Connection::Prepare(absl::string_view sql) {
  sqlite3_stmt* stmt = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  if (code != SQLITE_OK) return LastStatus(db_, code, path_);
  return Statement(db_, stmt, path_);
}

absl::StatusOr<Statement*> Connection::Use(absl::string_view sql) {
  auto it = kept_.find(sql);
  if (it == kept_.end()) {
    CIS_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
    it = kept_.emplace(std::string(sql), std::move(statement)).first;
  }
  it->second.Reset();
  return &it->second;
}

absl::Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : LastStatus(db_, code, path_);
}

absl::StatusOr<int64_t> Connection::QueryInt(absl::string_view sql) {
  CIS_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  CIS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
  if (!has_row) return absl::InternalError(absl::StrCat(path_, ": no answer to ", sql));
  const int64_t value = sqlite3_column_int64(statement.stmt_, 0);
  CIS_ASSIGN_OR_RETURN(const bool has_more, statement.Step());
  if (has_more) return absl::InternalError(absl::StrCat(path_, ": many answers to ", sql));
  return value;
}

absl::StatusOr<std::string> Connection::QueryText(absl::string_view sql) {
  CIS_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  CIS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
  if (!has_row) return absl::InternalError(absl::StrCat(path_, ": no answer to ", sql));
  // SQLite returns texts as unsigned char.
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.stmt_, 0));
  return std::string(text == nullptr ? "" : text);
}

absl::Status Connection::QueryEach(
    const std::string& sql, absl::FunctionRef<absl::Status(absl::string_view, int64_t)> use) {
  const char* rest = sql.c_str();
  while (*rest != '\0') {
    const char* const start = rest;
    sqlite3_stmt* stmt = nullptr;
    const int code = sqlite3_prepare_v3(db_, start, -1, 0, &stmt, &rest);
    if (code != SQLITE_OK) return LastStatus(db_, code, path_);
    if (stmt == nullptr) continue;  // only comments or spaces were left
    Statement statement(db_, stmt, path_);
    const absl::string_view text(start, static_cast<size_t>(rest - start));
    CIS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
    if (!has_row) return absl::InternalError(absl::StrCat(path_, ": no answer to ", text));
    CIS_RETURN_IF_ERROR(use(text, sqlite3_column_int64(stmt, 0)));
  }
  return absl::OkStatus();
}

int64_t Connection::change_count() const { return sqlite3_changes64(db_); }

absl::Status Connection::InTransaction(const char* begin, absl::FunctionRef<absl::Status()> body) {
  CIS_RETURN_IF_ERROR(Execute(begin));
  absl::Status status = body();
  if (status.ok()) status = Execute("COMMIT");
  // After some errors SQLite has rolled back by itself.
  if (!status.ok() && sqlite3_get_autocommit(db_) == 0) Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::Status Connection::Read(absl::FunctionRef<absl::Status()> body) {
  return InTransaction("BEGIN", body);
}

absl::Status Connection::Write(absl::FunctionRef<absl::Status()> body) {
  return InTransaction("BEGIN IMMEDIATE", body);
}

absl::Status Connection::KeepSideFiles() {
  int on = 1;
  const int code = sqlite3_file_control(db_, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
  return StatusOf(code, path_, sqlite3_errstr(code));
}

absl::Status Connection::CopyTo(const std::string& path) {
  unlink(path.c_str());
  MakeFile(path);
  sqlite3* target = nullptr;
  int code =
      sqlite3_open_v2(path.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_backup* backup = sqlite3_backup_init(target, "main", db_, "main");
    if (backup != nullptr) {
      const int step_code = sqlite3_backup_step(backup, -1);
      code = sqlite3_backup_finish(backup);
      // A lock that is not released ends the step only; finish does not report it.
      if (code == SQLITE_OK && step_code != SQLITE_DONE) code = step_code;
    } else {
      code = sqlite3_extended_errcode(target);
    }
  }
  absl::Status status = target == nullptr ? StatusOf(code, path, sqlite3_errstr(code))
                                          : LastStatus(target, code, path);
  sqlite3_close(target);
  return status;
}

}  // namespace cis
