// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace cis {

// What may be read. A named pipe among files of a folder would block the reader for ever; a file
// that a person names may also be a pipe, as in `-f /dev/stdin`.
enum class FileKind { kRegular, kRegularOrPipe };

// Reads a whole file of at most `max_bytes`. All messages begin with the path. Returns NOT_FOUND
// with the system's reason if the file cannot be read, and INVALID_ARGUMENT if it is of another
// kind or larger.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t max_bytes,
                                         FileKind kind = FileKind::kRegular);

}  // namespace cis
