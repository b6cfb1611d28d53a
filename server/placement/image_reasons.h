#pragma once

// Why none of a list of images satisfies a request.

#include <vector>

#include "absl/types/span.h"
#include "server/placement/checks.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/image_fit.h"
#include "server/placement/reason.h"

namespace cis {

// As ExplainFlavors; `failures` has CheckImage of each.
std::vector<Reason> ExplainImages(absl::Span<const IndexedImage> images,
                                  absl::Span<const Checks> failures, const PlacementQuery& query,
                                  const SystemFits& systems);

// As AddFlavorNearMisses.
void AddImageNearMisses(absl::Span<const IndexedImage> images, absl::Span<const Checks> failures,
                        const PlacementQuery& query, const SystemFits& systems, NearMisses* out);

}  // namespace cis
