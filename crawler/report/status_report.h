// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/time/time.h"
#include "schema/model/catalog.h"
#include "schema/model/data_state.h"

namespace cis::crawler {

// One line for a monitoring system, in Nagios' format, and its level.
struct StatusReport {
  int level = 3;     // 0 ok, 1 warning, 2 critical, 3 unknown
  std::string line;  // without a newline
};

// Judges all configured shares by the age of their oldest kind, and by whether their last attempt
// failed. 2: the data of all shares is stale. 1: some are not fresh. Shares of endpoints in an
// announced outage (GOCDB) are counted and reported, and raise the level only if all shares are
// stale. 0: all others are fresh. 3: there is no share. The line names the sites, with what fails,
// the age of their data and, if they are backed off from, the next attempt; then come performance
// data.
StatusReport BuildStatusReport(const Catalog& catalog, absl::Time now,
                               const FreshnessPolicy& policy);

}  // namespace cis::crawler
