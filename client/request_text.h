#pragma once

#include <string>

#include "cis/v1/placement.pb.h"

namespace cis {

// The request in the words of the command line, with what CIS added to it.
std::string RequestText(const v1::FindPlacementsRequest& request);

// Returns what must be done to the flags of `before` to make those of `after`, such as
// "--ram 7800M, without --os --ipv6".
std::string ChangeText(const v1::FindPlacementsRequest& before,
                       const v1::FindPlacementsRequest& after);

}  // namespace cis
