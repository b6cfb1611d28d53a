// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/secret_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

constexpr size_t kMaxSecretBytes = 64 << 10;  // long tokens have 8 KiB

}  // namespace

bool IsReadableByOthers(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path,
                                           std::vector<std::string>* warnings) {
  CIS_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxSecretBytes));
  const std::string secret(absl::StripAsciiWhitespace(text));
  if (secret.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": the file is empty"));
  if (std::any_of(secret.begin(), secret.end(), [](char c) { return absl::ascii_iscntrl(c); })) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": it has more than one line; it must hold the secret and nothing else"));
  }
  if (IsReadableByOthers(path)) {
    warnings->push_back(
        absl::StrCat(path, ": holds a secret, but other users can read it; run chmod 600 on it"));
  }
  return secret;
}

namespace {

absl::Status ReplaceFile(const std::string& path, absl::string_view text, mode_t mode) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkstemp(temporary.data());  // made with mode 0600
  const auto failed = [&] {
    const int error = errno;
    if (fd >= 0) unlink(temporary.c_str());
    return absl::InternalError(absl::StrCat(path, ": ", std::generic_category().message(error)));
  };
  if (fd < 0) return failed();
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fchmod(fd, mode) == 0 && fsync(fd) == 0;
  if (close(fd) != 0 || !written) return failed();
  if (rename(temporary.c_str(), path.c_str()) != 0) return failed();
  return absl::OkStatus();
}

}  // namespace

absl::Status ReplaceSecretFile(const std::string& path, absl::string_view secret) {
  return ReplaceFile(path, absl::StrCat(secret, "\n"), 0600);
}

absl::Status ReplaceTextFile(const std::string& path, absl::string_view text) {
  return ReplaceFile(path, text, 0644);
}

std::string ResolvePath(absl::string_view config_file, absl::string_view path) {
  const std::filesystem::path wanted{std::string(path)};
  if (wanted.is_absolute()) return wanted.string();
  return (std::filesystem::path{std::string(config_file)}.parent_path() / wanted)
      .lexically_normal()
      .string();
}

}  // namespace cis::crawler
