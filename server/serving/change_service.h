// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/serving/change_watch.h"
#include "server/serving/grpc_services.h"

namespace cis::server {

// Returns ChangeService over `parts`. `feed` and everything that `parts` points to must outlive it;
// without a history in `parts`, every method returns HISTORY_UNAVAILABLE.
NamedService MakeChangeService(const ServiceParts& parts, ChangeFeed* feed);

}  // namespace cis::server
