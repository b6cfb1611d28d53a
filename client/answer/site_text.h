#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cis/v1/inventory.pb.h"
#include "client/format/table.h"

namespace cis::client {

// "6 fresh"; "2 fresh, 3 stale, 1 expired". Empty if there is no share.
std::string SharesText(const v1::Site& site);

// "timeout (5 d)"; "timeout (5 d) +1" if there is another class of error.
std::string FailingText(const v1::Site& site, absl::Time now);

// What a row of a table has no room for, a line each of at most `width` columns (0 = as long as it
// is): what fails with each class of error, since when and in whose words; the downtime that
// matters most; other problems, as far as the lines before do not tell them.
std::vector<Cell> SiteLines(const v1::Site& site, size_t width);

// The downtime that users should know first: one of an endpoint before others, one that runs, an
// outage. nullptr if there is none of an endpoint.
const v1::Downtime* FirstDowntime(const v1::Site& site);

}  // namespace cis::client
