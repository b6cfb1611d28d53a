// SPDX-License-Identifier: Apache-2.0
#include "server/placement/serving_state.h"

#include <utility>

#include "schema/base/check.h"

namespace cis::server {

ServingState ServingState::Build(std::shared_ptr<const Snapshot> snapshot,
                                 const ServingState* previous) {
  CIS_CHECK(snapshot != nullptr, "what is served has a catalog");
  std::shared_ptr<const PlacementIndex> index =
      PlacementIndex::Update(*snapshot, previous == nullptr ? nullptr : previous->index.get());
  return {std::move(snapshot), std::move(index)};
}

}  // namespace cis::server
