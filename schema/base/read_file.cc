// SPDX-License-Identifier: Apache-2.0
#include "schema/base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cis {
namespace {

// Closes a file descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status SystemError(const std::string& path) {
  return absl::NotFoundError(absl::StrCat(path, ": ", std::generic_category().message(errno)));
}

absl::Status TooLarge(const std::string& path, size_t max_bytes) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": more than ", max_bytes, " bytes; at most these are read"));
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t max_bytes, FileKind kind) {
  // O_NONBLOCK: opening a named pipe waits for its writer otherwise, before its kind is known.
  const int flags = O_RDONLY | O_CLOEXEC | (kind == FileKind::kRegular ? O_NONBLOCK : 0);
  const Descriptor file(open(path.c_str(), flags));
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) return SystemError(path);
  const bool is_regular = S_ISREG(info.st_mode);
  const bool is_taken = is_regular || (kind == FileKind::kRegularOrPipe && !S_ISDIR(info.st_mode));
  if (!is_taken) return absl::InvalidArgumentError(absl::StrCat(path, ": not a regular file"));
  if (is_regular && static_cast<size_t>(info.st_size) > max_bytes) return TooLarge(path, max_bytes);
  std::string text;
  std::array<char, 64 << 10> part;
  while (true) {
    const ssize_t size = read(file.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemError(path);
    if (size == 0) return text;
    text.append(part.data(), static_cast<size_t>(size));
    if (text.size() > max_bytes) return TooLarge(path, max_bytes);
  }
}

}  // namespace cis
