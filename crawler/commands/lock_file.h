// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace cis::crawler {

// Holds an exclusive lock on a file until destroyed, so that two crawls never write to one
// database. The file is never removed: otherwise two processes could lock two files of the same
// name.
class LockFile {
 public:
  // Creates `path` if absent. Returns ABORTED if another process holds the lock, NOT_FOUND or
  // PERMISSION_DENIED if the file cannot be opened.
  static absl::StatusOr<LockFile> Acquire(const std::string& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace cis::crawler
