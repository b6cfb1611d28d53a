// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which images satisfy a request, which of them is best, and whether an image can be combined with
// a flavor.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/checks.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis::server {

// How one operating system matches the alternatives of a request.
struct SystemFit {
  OsMatch match = OsMatch::kMatch;  // the best match
  int alternative = 0;              // the first that matches
};
// By position in PlacementIndex::systems(). Computed once per request.
using SystemFits = std::vector<SystemFit>;
SystemFits FitSystems(const PlacementIndex& index, const PlacementQuery& query);

// Returns the checks that the image fails; 0 if it fits.
Checks CheckImage(const IndexedImage& indexed, const PlacementQuery& query,
                  const SystemFits& systems);

// An image that fits.
struct SelectedImage {
  const IndexedImage* indexed = nullptr;
  ImageTier tier =
      ImageTier::kClean;  // a larger flavor is taken rather than an image of a later tier
  int alternative = 0;    // the first of query.os that it satisfies

  const Image& image() const { return *indexed->image; }
};

// Fills `out` with the images that fit, best first: by tier, alternative, purpose and version (in
// the order of IsPreferredImage and IsNewerImage), build date, name and id.
void SelectImages(absl::Span<const IndexedImage> images, const PlacementQuery& query,
                  const SystemFits& systems, std::vector<SelectedImage>* out);

// Whether and how an image and a flavor can be combined.
struct PairFit {
  std::optional<ReasonCode> refused;  // nothing = they fit
  // The least size of the boot volume that the request has to name, if the flavor has no root disk
  // and the image no volumes of its own.
  std::optional<int64_t> boot_volume_gib;
  // The volumes that each machine takes of the project's quota, and their total size: the boot
  // volume above, or the volumes of the image. An unknown size counts as 0.
  int64_t volume_count = 0;
  int64_t volume_gib = 0;
};
PairFit CheckPair(const Flavor& flavor, const Image& image, const PlacementQuery& query);

// Returns whether only one of the two reports its architecture, and it is not the usual one,
// x86_64.
bool IsArchGuess(const Flavor& flavor, const Image& image);

// Returns why the two cannot be combined; nothing if they can.
std::optional<Reason> WhyNotPair(const Flavor& flavor, const Image& image,
                                 const PlacementQuery& query);

// Returns the reason of a refused pair with its numbers.
Reason ExplainPair(const Flavor& flavor, const Image& image, const PlacementQuery& query,
                   ReasonCode code);

}  // namespace cis::server
