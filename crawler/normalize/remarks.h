// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an operator should know about a kind that was read without some of its optional listings.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/model/observation.h"

namespace cis::crawler {

// Returns one sentence for each optional listing that failed, in the order of the documents:
// "floatingip_pools: HTTP 500; ranges of external networks stay unknown".
std::vector<std::string> RemarksOf(const std::vector<Document>& documents);

// The same for a listing that was received but cannot be read.
std::string UnreadableRemark(absl::string_view name, absl::string_view why,
                             const std::vector<Document>& documents);

}  // namespace cis::crawler
