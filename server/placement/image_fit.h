#pragma once

// Which images are what the request asks for, which of them comes first, and whether one fits a
// flavor.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/checks.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis::server {

// How one operating system stands to the alternatives of a request.
struct SystemFit {
  OsMatch match = OsMatch::kMatch;  // the nearest
  int alternative = 0;              // the first that matches
};
// By position in PlacementIndex::systems(). Worked out once for a request.
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

// Fills `out` with the images that fit, best first: by tier, alternative, purpose and version as
// IsPreferredImage and IsNewerImage have them, build date, name and id.
void SelectImages(absl::Span<const IndexedImage> images, const PlacementQuery& query,
                  const SystemFits& systems, std::vector<SelectedImage>* out);

// How an image and a flavor go together.
struct PairFit {
  std::optional<ReasonCode> refused;  // nothing = they fit
  // Least size, if the flavor has no root disk and the image no volumes of its own: the request has
  // to name a volume to boot from.
  std::optional<int64_t> boot_volume_gib;
  // Volumes that each machine takes of the project's quota, and their sizes together: the one
  // above, or those of the image. A size that is not known counts as nothing.
  int64_t volume_count = 0;
  int64_t volume_gib = 0;
};
PairFit CheckPair(const Flavor& flavor, const Image& image, const PlacementQuery& query);

// Whether only one of the two says its architecture, and it is not the usual one: x86_64.
bool IsArchGuess(const Flavor& flavor, const Image& image);

// Why the two do not go together; nothing if they do.
std::optional<Reason> WhyNotPair(const Flavor& flavor, const Image& image,
                                 const PlacementQuery& query);

// The reason of a refused pair with its numbers.
Reason ExplainPair(const Flavor& flavor, const Image& image, const PlacementQuery& query,
                   ReasonCode code);

}  // namespace cis::server
