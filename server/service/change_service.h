#pragma once

#include "server/service/change_watch.h"
#include "server/service/grpc_services.h"

namespace cis {

// ChangeService over `parts`. `feed` and what `parts` points to must outlive it; without a history
// in `parts` every method answers HISTORY_UNAVAILABLE.
NamedService MakeChangeService(const ServiceParts& parts, ChangeFeed* feed);

}  // namespace cis
