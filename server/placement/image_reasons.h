// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why none of a list of images satisfies a request.

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/checks.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/image_fit.h"
#include "server/placement/reason.h"

namespace cis::server {

// As ExplainFlavors; `failures` has the result of CheckImage for each.
std::vector<Reason> ExplainImages(absl::Span<const IndexedImage> images,
                                  absl::Span<const Checks> failures, const PlacementQuery& query,
                                  const SystemFits& systems);

// As AddFlavorNearMisses.
void AddImageNearMisses(absl::Span<const IndexedImage> images, absl::Span<const Checks> failures,
                        const PlacementQuery& query, const SystemFits& systems, NearMisses* out);

// As NearFlavors; images of another distribution are left out too.
std::vector<Reason> NearImages(absl::Span<const IndexedImage> images,
                               absl::Span<const Checks> failures, const PlacementQuery& query,
                               const SystemFits& systems);

// Returns the code of a check that an image fails; of the several codes of kVersion, the least
// specific one.
ReasonCode CodeOf(ImageCheck check);

// Returns the check that a reason about images comes from; nothing for other reasons.
std::optional<ImageCheck> ImageCheckOf(ReasonCode code);

}  // namespace cis::server
