// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cis/v1/query.pb.h"

namespace cis::client {

// Returns the query as flags of the command line, with the defaults that CIS added.
std::string QueryText(const v1::PlacementQuery& query);

// Returns the changes that turn the flags of `before` into those of `after`, such as "--ram 7800M,
// without --os --ipv6".
std::string ChangeText(const v1::PlacementQuery& before, const v1::PlacementQuery& after);

}  // namespace cis::client
