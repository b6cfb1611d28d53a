#pragma once

// Which images are what the request asks for, which of them comes first, and whether one fits a
// flavor.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "server/placement/placement_index.h"
#include "server/placement/placement_query.h"
#include "server/placement/reason.h"

namespace cis {

// Set of checks that an image fails, one bit each; 0 = it fits.
using ImageFailures = uint32_t;
// `alternative` is set to the first of query.os that the image satisfies, 0 if none is asked for.
ImageFailures CheckImage(const IndexedImage& image, const PlacementQuery& query, int* alternative);

// As ExplainFlavors.
std::vector<Reason> ExplainImages(absl::Span<const IndexedImage> images,
                                  absl::Span<const ImageFailures> failures,
                                  const PlacementQuery& query);

// As FlavorNearMisses.
std::vector<Reason> ImageNearMisses(absl::Span<const IndexedImage> images,
                                    absl::Span<const ImageFailures> failures,
                                    const PlacementQuery& query);

// An image that fits.
struct SelectedImage {
  const IndexedImage* indexed = nullptr;
  ImageTier tier =
      ImageTier::kClean;  // a larger flavor is taken rather than an image of a later tier
  int alternative = 0;    // the first of query.os that it satisfies

  const Image& image() const { return *indexed->image; }
};

// The images that fit, best first: by tier, alternative, newest version, purpose, build date, name
// and id. `failures` is filled with CheckImage of each of `images`.
std::vector<SelectedImage> SelectImages(absl::Span<const IndexedImage> images,
                                        const PlacementQuery& query,
                                        std::vector<ImageFailures>* failures);

// How an image and a flavor go together.
struct PairFit {
  std::optional<ReasonCode> refused;       // nothing = they fit
  std::optional<int64_t> boot_volume_gib;  // least size, if the machine must boot from a volume
};
PairFit CheckPair(const Flavor& flavor, const Image& image, const PlacementQuery& query);

// The reason of a refused pair with its numbers.
Reason ExplainPair(const Flavor& flavor, const Image& image, const PlacementQuery& query,
                   ReasonCode code);

}  // namespace cis
