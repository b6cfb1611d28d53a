#pragma once

// What names of networks hint at. Names only order what is otherwise equal; they are never
// evidence.

#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::server {

// 0 is best: the name has a word such as "public" or "ext"; 2 if it has one such as "private".
int PoolNameRank(const Network& pool);

// 0 is best: the name holds the VO's, then "default", then any; 3 if it is for storage,
// management...
int PortNameRank(const Network& network, absl::string_view vo);

}  // namespace cis::server
