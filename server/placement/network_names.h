// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the names of networks hint at. Names only order what is otherwise equal; they are never
// evidence.

#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::server {

// Returns 0 (best) if the name has a word such as "public" or "ext", 2 if it has one such as
// "private", otherwise 1.
int PoolNameRank(const Network& pool);

// Returns 0 (best) if the name contains the VO's, then "default", then any name; 3 if it is for
// storage, management...
int PortNameRank(const Network& network, absl::string_view vo);

}  // namespace cis::server
