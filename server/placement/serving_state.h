// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "server/placement/placement_index.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// One generation as it is served: the catalog and what searches need of it. Both are complete
// before the first request and never change. Copies share them.
struct ServingState {
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const PlacementIndex> index;  // of `snapshot`

  // Makes the index of `snapshot`, which must not be null, and takes over from `previous` (may be
  // null) what has not changed.
  static ServingState Build(std::shared_ptr<const Snapshot> snapshot,
                            const ServingState* previous = nullptr);
};

}  // namespace cis::server
