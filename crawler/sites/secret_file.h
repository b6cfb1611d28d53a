// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Largest file of sites or credentials that is read. The largest of EGI has 4 KiB.
inline constexpr size_t kMaxYamlFileBytes = 4 << 20;

// Reads a secret: the file without the white space around it. Adds a warning if other users than
// the owner may read the file. Returns the errors of ReadTextFile, and INVALID_ARGUMENT if the
// secret is empty or contains a control character. Messages contain nothing of the content.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path,
                                           std::vector<std::string>* warnings);

// Replaces the file's content with `secret`, completely or not at all; only the owner can read it.
// Returns INTERNAL with the system's reason.
absl::Status ReplaceSecretFile(const std::string& path, absl::string_view secret);

// Replaces the file's content with `text` likewise; everyone can read it. Returns INTERNAL with the
// path and the system's reason.
absl::Status ReplaceTextFile(const std::string& path, absl::string_view text);

// Returns true if other users than its owner may read `path`.
bool IsReadableByOthers(const std::string& path);

// Returns `path` resolved against the folder of `config_file`.
std::string ResolvePath(absl::string_view config_file, absl::string_view path);

}  // namespace cis::crawler
