#pragma once

#include <string>

#include "cis/v1/placement.pb.h"

namespace cis {

// The request in the words of the command line, with what CIS added to it.
std::string RequestText(const v1::FindPlacementsRequest& request);

}  // namespace cis
