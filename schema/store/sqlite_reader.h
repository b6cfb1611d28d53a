// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/store/sqlite.h"
#include "schema/store/store.h"

namespace cis {

// Identifies the file that a path leads to.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
// Returns NOT_FOUND if there is no file.
absl::StatusOr<FileIdentity> IdentifyFile(const std::string& path);
// Returns UNAVAILABLE if `path` leads to another file than `file` now, or to none.
absl::Status CheckSameFile(const std::string& path, const FileIdentity& file);

// StoreReader on an SQLite file. Not thread-safe.
class SqliteReader : public StoreReader {
 public:
  // `db` must be at the current version; `file` is the file that its path led to before it was
  // opened.
  SqliteReader(std::unique_ptr<Connection> db, FileIdentity file)
      : db_(std::move(db)), file_(file) {}

  absl::StatusOr<CatalogVersion> Version() override;
  absl::StatusOr<Catalog> Load(const Catalog* previous) override;

 private:
  const std::unique_ptr<Connection> db_;
  const FileIdentity file_;
};

}  // namespace cis
