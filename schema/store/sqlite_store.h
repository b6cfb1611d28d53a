// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the SQLite backend of store.h adds to it.

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace cis {

// How long a writer or reader waits for a lock of another process. Longer than any transaction
// here, shorter than the patience of a person.
inline constexpr absl::Duration kBusyTime = absl::Seconds(10);

// Checks the whole file at `path` without changing it: pages, indexes, foreign keys, version and
// the verification queries of every version. Slow on large files; for tests and tools. Returns
// DATA_LOSS naming the first problem, otherwise the errors of OpenStoreReader.
absl::Status CheckIntegrity(const std::string& path);

}  // namespace cis
