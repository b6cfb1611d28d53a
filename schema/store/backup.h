// SPDX-License-Identifier: Apache-2.0
#pragma once

// Backing up and restoring a store's file while other processes use it.

#include <string>

#include "absl/status/status.h"

namespace cis {

// Writes a copy of the store at `path` to `copy`: one file, complete in itself, checked, and moved
// into place in one step, so that a failure never destroys an older copy. A crawl may run at the
// same time; the copy then holds what was committed when the copy began. Returns INVALID_ARGUMENT
// if both paths are one file, otherwise the errors of OpenStoreReader.
absl::Status BackUpStore(const std::string& path, const std::string& copy);

// Replaces the store at `path`, which may be absent, damaged or in use, with the one at `copy`;
// servers that read it notice the new file by themselves. It becomes a database of its own
// (CatalogVersion::database_id): a server refuses older copies that are put in place otherwise. No
// crawl may run at the same time (the crawler's lock file). Returns the errors of CheckIntegrity,
// or INVALID_ARGUMENT if both paths are one file; nothing has changed then.
absl::Status RestoreStore(const std::string& copy, const std::string& path);

}  // namespace cis
