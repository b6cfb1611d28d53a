// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inverse of query_from_proto, for a query as it was understood, or a relaxed one.

#include "cis/v1/query.pb.h"
#include "server/placement/placement_query.h"

namespace cis::server {

// Returns the query with defaults and canonical names, ready to be sent. Fields that this server
// does not know are not in it: fields of a later version are not echoed.
v1::PlacementQuery QueryToProto(const PlacementQuery& query);

}  // namespace cis::server
