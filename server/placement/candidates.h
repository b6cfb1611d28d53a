#pragma once

// What of a share's flavors and images fits a request, and why the rest does not. Shares that see
// the same lists are looked through once, as long as they come one after the other.

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/image_fit.h"
#include "server/placement/search_context.h"

namespace cis::server {

// One list at a time. The answers hold until the next call of Select.
class Candidates {
 public:
  explicit Candidates(const SearchContext& context);

  // Looks through what the share sees.
  void Select(const IndexedShare& share);

  // That fit the request, smallest first.
  const std::vector<const Flavor*>& flavors() const { return flavors_; }
  // Likewise, best first.
  const std::vector<SelectedImage>& images() const { return images_; }

  // Why no flavor fits, as ExplainFlavors has it. One must not fit.
  const std::vector<Reason>& FlavorReasons();
  // Why no image fits, as ExplainImages has it. One must not fit.
  const std::vector<Reason>& ImageReasons();
  // Of the pairs of a flavor and an image that fit the request, if all are refused, the one that is
  // nearest to fitting; nothing if a pair fits.
  const std::optional<Reason>& NearestPair();

  // Appends the reasons of at most `limit` flavors and images of the list that fail one check only,
  // nearest first.
  void AddNearest(size_t limit, std::vector<Reason>* out);

  // Add what alone excludes some flavor or image: only on the first call after a new list was
  // selected, as other shares with this list have nothing to add.
  void AddNewFlavorNearMisses(NearMisses* out);
  void AddNewImageNearMisses(NearMisses* out);

 private:
  // What each flavor or image of the selected list fails, computed once.
  const std::vector<Checks>& Failures(const FlavorSet& set);
  const std::vector<Checks>& Failures(const ImageSet& set);

  // Whether the share's placements with this flavor are excluded.
  bool IsExcluded(const Flavor& flavor) const;
  Checks Check(const Flavor& flavor) const;

  const SearchContext& context_;
  const bool asks_sizes_only_;
  std::vector<absl::string_view> excluded_;  // names of flavors, of the selected share
  const Endpoint* endpoint_ = nullptr;       // of the selected share

  const FlavorSet* flavor_set_ = nullptr;
  std::vector<const Flavor*> flavors_;
  std::vector<Checks> flavor_failures_;  // of all in the list; empty until they are needed
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
