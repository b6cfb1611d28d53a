#pragma once

#include <string>

#include "cis/v1/query.pb.h"

namespace cis::client {

// The query in the words of the command line, with what CIS added to it.
std::string QueryText(const v1::PlacementQuery& query);

// Returns what must be done to the flags of `before` to make those of `after`, such as
// "--ram 7800M, without --os --ipv6".
std::string ChangeText(const v1::PlacementQuery& before, const v1::PlacementQuery& after);

}  // namespace cis::client
