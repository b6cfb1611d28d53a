// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cis/v1/inventory.pb.h"
#include "client/format/table.h"

namespace cis::client {

// Returns "6 fresh" or "2 fresh, 3 stale, 1 expired". Empty if there is no share.
std::string SharesText(const v1::Site& site);

// Returns "timeout (5 d)", or "timeout (5 d) +1" if there is another class of error.
std::string FailingText(const v1::Site& site, absl::Time now);

// Returns what a row of a table has no room for, one item per line of at most `width` columns (0 =
// no limit): what fails with each class of error, since when and with which message; the most
// important downtime; other problems that the lines before do not mention.
std::vector<Cell> SiteLines(const v1::Site& site, size_t width);

// Returns the downtime that users should know about first: one of an endpoint before others, one in
// progress, an outage. nullptr if there is none of an endpoint.
const v1::Downtime* FirstDowntime(const v1::Site& site);

}  // namespace cis::client
