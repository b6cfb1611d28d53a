// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compression of the answers of sites; zstd.cc is the only file that includes <zstd.h>.

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// Returns `text` as one zstd frame with a checksum. Returns RESOURCE_EXHAUSTED if memory runs out.
absl::StatusOr<std::string> Compress(absl::string_view text);

// Returns the text that Compress was given. Returns DATA_LOSS if `frame` is damaged or does not
// hold exactly `byte_count` bytes.
absl::StatusOr<std::string> Decompress(absl::string_view frame, size_t byte_count);

}  // namespace cis
