#pragma once

#include <string>

#include "absl/time/time.h"
#include "schema/model/catalog.h"

namespace cis {

// A line for a monitoring system. `level` is its exit code: 0 ok, 1 warning, 2 critical, 3 unknown.
struct StatusReport {
  int level = 3;
  std::string line;  // "CIS OK - … | shares=…", no newline
};

// Judges the configured shares. A share is stale if a kind of its data is older than `max_age` or
// was never fetched, and failing if the last attempt at a kind failed. Critical: every share is
// stale. Warning: some are stale or failing. Unknown: there are none.
StatusReport BuildStatusReport(const Catalog& catalog, absl::Time now, absl::Duration max_age);

}  // namespace cis
