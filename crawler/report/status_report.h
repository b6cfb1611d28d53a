#pragma once

#include <string>

#include "absl/time/time.h"
#include "schema/model/catalog.h"

namespace cis::crawler {

// When data are old for `cis-crawler status`.
struct StatusPolicy {
  absl::Duration max_age = absl::Hours(26);            // older ones are stale
  absl::Duration expire_after = absl::Hours(24 * 14);  // older ones are used no more
};

// One line for a monitoring system, as Nagios reads it, and its level.
struct StatusReport {
  int level = 3;     // 0 ok, 1 warning, 2 critical, 3 unknown
  std::string line;  // without a newline
};

// Judges all configured shares by the age of their oldest kind, and by whether their last try
// failed. 2: the data of all are stale. 1: some are not fresh. Shares of endpoints in an announced
// outage (GOCDB) are counted and told, and raise the level only if all shares are stale. 0: all
// others are fresh. 3: there is no share. The line names the sites, with what fails, the age of
// their data and, where they are backed off from, the next try; then come performance data.
StatusReport BuildStatusReport(const Catalog& catalog, absl::Time now, const StatusPolicy& policy);

}  // namespace cis::crawler
