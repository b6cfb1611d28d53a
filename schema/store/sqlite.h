// SPDX-License-Identifier: Apache-2.0
#pragma once

// A C++ interface to SQLite; sqlite.cc is the only file that includes <sqlite3.h>.

#include <cstdint>
#include <forward_list>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cis {

// A prepared statement whose parameters and columns are used by name. Not thread-safe; must not
// outlive its Connection. Fastest if columns and parameters are used in the order of the SQL.
//
// The error of a wrong name is kept and returned by the next Step(), so that calls need not be
// checked one by one.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Parameters, without the ":" of the SQL. They keep their values until bound again. Broken UTF-8
  // of a text is stored as U+FFFD.
  void BindText(absl::string_view name, absl::string_view value);
  void BindBlob(absl::string_view name, absl::string_view value);
  void BindInt(absl::string_view name, int64_t value);
  void BindReal(absl::string_view name, double value);
  void BindNull(absl::string_view name);

  // Advances to the next row; false = there are no more rows, and the statement is ready to run
  // again. Returns UNAVAILABLE if the database stayed locked, DATA_LOSS if it is damaged,
  // RESOURCE_EXHAUSTED if the disk is full, and INTERNAL for any mistake of the program.
  absl::StatusOr<bool> Step();
  // Steps to the end, ignoring rows. Returns the errors of Step().
  absl::Status Run();
  // Ends an iteration early.
  void Reset();

  // Columns of the current row. NULL reads as 0 or "". Texts live until the next Step(). They are
  // valid UTF-8, whatever the file holds: broken bytes read as U+FFFD (schema/base/utf8.h).
  int64_t Int(absl::string_view name);
  double Real(absl::string_view name);
  absl::string_view Text(absl::string_view name);
  absl::string_view Blob(absl::string_view name);
  // The same, with nullopt for NULL.
  std::optional<int64_t> OptionalInt(absl::string_view name);
  std::optional<double> OptionalReal(absl::string_view name);
  std::optional<absl::string_view> OptionalText(absl::string_view name);

 private:
  friend class Connection;
  Statement(sqlite3* db, sqlite3_stmt* stmt, std::string path);

  int ParameterIndex(absl::string_view name);
  int ColumnIndex(absl::string_view name);
  absl::string_view TextAt(int column);
  bool IsNullAt(int column);
  void Note(int code);

  sqlite3* db_ = nullptr;
  sqlite3_stmt* stmt_ = nullptr;
  std::string path_;                         // for messages
  int parameter_ = 0;                        // last used, 1-based
  int column_ = -1;                          // last used, 0-based
  std::vector<std::string> column_names_;    // filled when one is first needed
  absl::Status status_;                      // of a bind or a column since the last Step()
  std::forward_list<std::string> repaired_;  // texts of the current row that were broken UTF-8
};

// One open database file. Not thread-safe.
class Connection {
 public:
  enum class Mode {
    kReadOnly,   // the file must exist; nothing is ever written to it
    kReadWrite,  // the file must exist
    kCreate,     // created if absent
  };

  // Opens `path` and waits up to `busy_time` for locks of other processes. A file that is created
  // can be read by its owner and group only (0640, less what the umask removes), and so can its
  // -wal and -shm files. If these two files do not exist and cannot be created (on a read-only file
  // system), the file is read as one that does not change: see CheckUnchanged. Returns NOT_FOUND if
  // the file or its folder does not exist, INVALID_ARGUMENT if `path` is a folder or not a regular
  // file, PERMISSION_DENIED if it may not be opened, and DATA_LOSS if it is not an SQLite database.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode,
                                                          absl::Duration busy_time);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  const std::string& path() const { return path_; }

  // Returns ABORTED if the file was opened as one that does not change and has changed: what was
  // read since the last call may mix two states. Open it again.
  absl::Status CheckUnchanged() const;

  // Compiles one statement. Returns the errors of Statement::Step().
  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // Compiles `sql` on first use and keeps it as long as the connection. Returns the errors of
  // Prepare().
  absl::StatusOr<Statement*> Use(absl::string_view sql);
  // Runs one or more statements without parameters, ignoring rows. Returns the errors of
  // Statement::Step().
  absl::Status Execute(const std::string& sql);
  // Returns the first column of the only row of `sql`. Returns INTERNAL if there is no row or more
  // than one.
  absl::StatusOr<int64_t> QueryInt(absl::string_view sql);
  absl::StatusOr<std::string> QueryText(absl::string_view sql);

  // Runs each statement of `sql`, which must return one row, and passes the statement's text and
  // the first column of the row to `use`. Stops at the first error, which is returned.
  absl::Status QueryEach(const std::string& sql,
                         absl::FunctionRef<absl::Status(absl::string_view, int64_t)> use);

  // The number of rows that the last finished INSERT, UPDATE or DELETE changed.
  int64_t change_count() const;

  // Runs `body` between BEGIN and COMMIT; rolls back if it or the commit returns an error, which
  // is returned. Must not be nested.
  absl::Status Read(absl::FunctionRef<absl::Status()> body);
  // The same, taking the write lock first. Returns UNAVAILABLE if another process keeps the lock
  // for longer than the busy time.
  absl::Status Write(absl::FunctionRef<absl::Status()> body);

  // Keeps the -wal and -shm files when the last connection closes.
  absl::Status KeepSideFiles();

  // Writes a complete copy of the database to `path`, synced to disk; an existing file is replaced.
  // Returns the errors of Statement::Step().
  absl::Status CopyTo(const std::string& path);

 private:
  // Shows whether any process has written to the file: its own time and size, and the size of its
  // -wal file.
  struct FileState {
    int64_t time_ns = 0;
    int64_t bytes = 0;
    int64_t wal_bytes = 0;  // 0 = there is none, or it is empty
    friend bool operator==(const FileState&, const FileState&) = default;
  };
  static FileState StateOf(const std::string& path);
  Connection(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
  // Reads once; opens the file again as one that does not change if it cannot be read otherwise.
  absl::Status ReadWithoutSideFiles();
  absl::Status InTransaction(const char* begin, absl::FunctionRef<absl::Status()> body);

  sqlite3* db_ = nullptr;
  const std::string path_;
  std::optional<FileState> unchanging_;  // the state of the file when it was opened as unchanging
  std::map<std::string, Statement, std::less<>> kept_;
};

}  // namespace cis
