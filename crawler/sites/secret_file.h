#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Largest file of sites or credentials that is read. The largest of EGI has 4 KiB.
inline constexpr size_t kMaxYamlFileBytes = 4 << 20;

// Reads a whole file of at most `max_bytes`. Returns NOT_FOUND if it cannot be opened (with the
// system's reason), INVALID_ARGUMENT if it is no regular file or larger.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t max_bytes);

// Reads a secret: the file without the white space around it. Adds a warning if others than the
// owner may read the file. Returns as ReadTextFile, and INVALID_ARGUMENT if the secret is empty or
// holds a control character. No message holds any of the content.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path,
                                           std::vector<std::string>* warnings);

// Puts `secret` in the place of the file's content, as a whole or not at all, readable by its owner
// only. Returns INTERNAL with the system's reason.
absl::Status ReplaceSecretFile(const std::string& path, absl::string_view secret);

// Puts `text` in the place of the file's content likewise, readable by all. Returns INTERNAL with
// the path and the system's reason.
absl::Status ReplaceTextFile(const std::string& path, absl::string_view text);

// True if somebody else than its owner may read `path`.
bool IsReadableByOthers(const std::string& path);

// `path` as seen from the folder that `config_file` is in.
std::string ResolvePath(absl::string_view config_file, absl::string_view path);

}  // namespace cis::crawler
