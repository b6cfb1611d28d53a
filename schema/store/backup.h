#pragma once

// Copies of a store's file, made and brought back while others use it.

#include <string>

#include "absl/status/status.h"

namespace cis {

// Writes a copy of the store at `path` to `copy`: one file, complete by itself, checked, and put in
// its place in one step, so that an older copy is never lost to a half-written one. A crawl may run
// meanwhile; the copy then holds what was committed when it began.
// Returns INVALID_ARGUMENT if both are one file, otherwise errors as OpenStoreReader.
absl::Status BackUpStore(const std::string& path, const std::string& copy);

// Puts the store that `copy` holds in the place of `path`, which may be absent, damaged or in use:
// servers that read it find the new file by themselves. No crawl may run meanwhile (the crawler's
// lock file). Errors as CheckIntegrity, INVALID_ARGUMENT if both are one file; then nothing has
// changed.
absl::Status RestoreStore(const std::string& copy, const std::string& path);

}  // namespace cis
