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

// As ExplainFlavors; `failures` has CheckImage of each.
std::vector<Reason> ExplainImages(absl::Span<const IndexedImage> images,
                                  absl::Span<const Checks> failures, const PlacementQuery& query,
                                  const SystemFits& systems);

// As AddFlavorNearMisses.
void AddImageNearMisses(absl::Span<const IndexedImage> images, absl::Span<const Checks> failures,
                        const PlacementQuery& query, const SystemFits& systems, NearMisses* out);

// As NearFlavors; not by another distribution either.
std::vector<Reason> NearImages(absl::Span<const IndexedImage> images,
                               absl::Span<const Checks> failures, const PlacementQuery& query,
                               const SystemFits& systems);

// Returns the code of a check that an image fails; for kVersion the one of several that says least.
ReasonCode CodeOf(ImageCheck check);

// Returns the check of a reason about images; nothing for other reasons.
std::optional<ImageCheck> ImageCheckOf(ReasonCode code);

}  // namespace cis::server
