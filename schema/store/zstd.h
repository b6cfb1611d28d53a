#pragma once

// Compression of what sites answered: the only file that knows <zstd.h> is zstd.cc.

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// Returns `text` as one zstd frame with a checksum. Returns RESOURCE_EXHAUSTED without memory.
absl::StatusOr<std::string> Compress(absl::string_view text);

// The inverse. Returns DATA_LOSS if `frame` is damaged or does not hold exactly `byte_count` bytes.
absl::StatusOr<std::string> Decompress(absl::string_view frame, size_t byte_count);

}  // namespace cis
