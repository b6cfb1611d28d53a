// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of a share's flavors and images fit a request, and why the others do not. Consecutive
// shares with the same lists are checked once.

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/image_fit.h"
#include "server/placement/search_context.h"

namespace cis::server {

// The candidates of one share at a time. Results are valid until the next call of Select.
class Candidates {
 public:
  explicit Candidates(const SearchContext& context);

  // Checks the flavors and images that the share sees.
  void Select(const IndexedShare& share);

  // The flavors that fit the request, smallest first.
  const std::vector<const Flavor*>& flavors() const { return flavors_; }
  // The images that fit the request, best first.
  const std::vector<SelectedImage>& images() const { return images_; }

  // Why no flavor fits, as ExplainFlavors returns it. Call only if none fits.
  const std::vector<Reason>& FlavorReasons();
  // Why no image fits, as ExplainImages returns it. Call only if none fits.
  const std::vector<Reason>& ImageReasons();
  // If the flavors and images that fit the request cannot be combined in any pair, the reason of
  // the pair that is nearest to fitting; nothing if a pair fits.
  const std::optional<Reason>& NearestPair();

  // Appends the reasons of at most `limit` flavors and images of the list that fail one check only,
  // nearest first.
  void AddNearest(size_t limit, std::vector<Reason>* out);

  // Adds the checks that are the only ones that some flavor or image fails. Does so only on the
  // first call after a new list was selected, because other shares with the same list add nothing.
  void AddNewFlavorNearMisses(NearMisses* out);
  void AddNewImageNearMisses(NearMisses* out);

 private:
  // The checks that each flavor or image of the selected list fails, computed once.
  const std::vector<Checks>& Failures(const FlavorSet& set);
  const std::vector<Checks>& Failures(const ImageSet& set);

  // Whether the request excludes the share's placements with this flavor.
  bool IsExcluded(const Flavor& flavor) const;
  Checks Check(const Flavor& flavor) const;

  const SearchContext& context_;
  const bool asks_sizes_only_;
  std::vector<absl::string_view> excluded_;  // names of flavors, of the selected share
  const Endpoint* endpoint_ = nullptr;       // of the selected share

  const FlavorSet* flavor_set_ = nullptr;
  std::vector<const Flavor*> flavors_;
  std::vector<Checks> flavor_failures_;  // of the whole list; empty until they are needed
  std::vector<Reason> flavor_reasons_;   // likewise
  bool flavor_misses_told_ = false;

  const ImageSet* image_set_ = nullptr;
  std::vector<SelectedImage> images_;
  std::vector<Checks> image_failures_;
  std::vector<Reason> image_reasons_;
  bool image_misses_told_ = false;

  bool pair_known_ = false;
  std::optional<Reason> nearest_pair_;
};

}  // namespace cis::server
