// SPDX-License-Identifier: Apache-2.0
#include "server/placement/candidates.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include "schema/model/resource_name.h"
#include "server/placement/image_reasons.h"

namespace cis::server {
namespace {

// The distance of values that are not a number: they come after all numbers.
constexpr double kNoNumber = 1e9;

// The steps of comparing this many names with this many globs, and each record with the rest of the
// request.
int64_t StepsOf(size_t records, size_t globs) {
  return static_cast<int64_t>(records) * (1 + kStepsPerGlob * static_cast<int64_t>(globs));
}

int64_t StepsOf(const FlavorSet& set, const PlacementQuery& query) {
  return StepsOf(set.flavors.size(),
                 query.flavor_globs.size() + query.excluded_flavor_globs.size());
}

int64_t StepsOf(const ImageSet& set, const PlacementQuery& query) {
  return StepsOf(set.images.size(), query.image_globs.size() + query.excluded_image_globs.size());
}

}  // namespace

Candidates::Candidates(const SearchContext& context)
    : context_(context), asks_sizes_only_(AsksSizesOnly(*context.query)) {}

bool Candidates::IsExcluded(const Flavor& flavor) const {
  if (excluded_.empty()) return false;
  const std::string name = FormatFlavorName(*endpoint_, flavor.id);
  return std::find(excluded_.begin(), excluded_.end(), name) != excluded_.end();
}

Checks Candidates::Check(const Flavor& flavor) const {
  return CheckFlavor(flavor, *context_.query) |
         (IsExcluded(flavor) ? Bit(FlavorCheck::kPlacement) : Checks{0});
}

void Candidates::Select(const IndexedShare& share) {
  const PlacementQuery& query = *context_.query;
  const bool had_excluded = !excluded_.empty();
  excluded_.clear();
  endpoint_ = &share.view.endpoint->endpoint;
  for (const ExcludedPlacement& one : query.excluded_placements) {
    if (one.share == share.name && !one.flavor.empty()) excluded_.push_back(one.flavor);
  }
  // Exclusions are per share, and the list may belong to several.
  if (share.flavors != flavor_set_ || had_excluded || !excluded_.empty()) {
    flavor_set_ = share.flavors;
    context_.work->Spend(StepsOf(*flavor_set_, query));
    flavors_.clear();
    flavor_failures_.clear();
    flavor_reasons_.clear();
    flavor_misses_told_ = false;
    pair_known_ = false;
    for (size_t i = 0; i < flavor_set_->flavors.size(); ++i) {
      if (!MayFit(flavor_set_->sizes[i], query)) continue;
      const Flavor* flavor = flavor_set_->flavors[i];
      if (IsExcluded(*flavor)) continue;
      if (asks_sizes_only_ || CheckFlavor(*flavor, query) == 0) flavors_.push_back(flavor);
    }
  }
  if (share.images != image_set_) {
    image_set_ = share.images;
    context_.work->Spend(StepsOf(*image_set_, query));
    image_failures_.clear();
    image_reasons_.clear();
    image_misses_told_ = false;
    pair_known_ = false;
    SelectImages(image_set_->images, query, context_.systems, &images_);
  }
}

const std::vector<Checks>& Candidates::Failures(const FlavorSet& set) {
  if (flavor_failures_.empty()) {
    context_.work->Spend(StepsOf(set, *context_.query));
    for (const Flavor* flavor : set.flavors) {
      flavor_failures_.push_back(Check(*flavor));
    }
  }
  return flavor_failures_;
}

const std::vector<Checks>& Candidates::Failures(const ImageSet& set) {
  if (image_failures_.empty()) {
    context_.work->Spend(StepsOf(set, *context_.query));
    for (const IndexedImage& image : set.images) {
      image_failures_.push_back(CheckImage(image, *context_.query, context_.systems));
    }
  }
  return image_failures_;
}

const std::vector<Reason>& Candidates::FlavorReasons() {
  if (flavor_reasons_.empty()) {
    flavor_reasons_ = ExplainFlavors(flavor_set_->flavors, Failures(*flavor_set_), *context_.query);
  }
  return flavor_reasons_;
}

const std::vector<Reason>& Candidates::ImageReasons() {
  if (image_reasons_.empty()) {
    image_reasons_ =
        ExplainImages(image_set_->images, Failures(*image_set_), *context_.query, context_.systems);
  }
  return image_reasons_;
}

const std::optional<Reason>& Candidates::NearestPair() {
  if (pair_known_) return nearest_pair_;
  pair_known_ = true;
  nearest_pair_.reset();
  double nearest_gap = 0;
  for (const Flavor* flavor : flavors_) {
    for (const SelectedImage& image : images_) {
      if (!context_.work->Spend(kStepsPerPair)) return nearest_pair_;
      const PairFit fit = CheckPair(*flavor, image.image(), *context_.query);
      if (!fit.refused) {
        nearest_pair_.reset();
        return nearest_pair_;
      }
      const Reason reason = ExplainPair(*flavor, image.image(), *context_.query, *fit.refused);
      const double gap = GapPercent(reason).value_or(kNoNumber);
      if (!nearest_pair_ || gap < nearest_gap) {
        nearest_pair_ = reason;
        nearest_gap = gap;
      }
    }
  }
  if (nearest_pair_) {
    nearest_pair_->counted.count = static_cast<int64_t>(flavors_.size() * images_.size());
  }
  return nearest_pair_;
}

void Candidates::AddNearest(size_t limit, std::vector<Reason>* out) {
  std::vector<Reason> found =
      NearFlavors(flavor_set_->flavors, Failures(*flavor_set_), *context_.query);
  for (const Reason& reason :
       NearImages(image_set_->images, Failures(*image_set_), *context_.query, context_.systems)) {
    found.push_back(reason);
  }
  std::stable_sort(found.begin(), found.end(), [](const Reason& a, const Reason& b) {
    return GapPercent(a).value_or(kNoNumber) < GapPercent(b).value_or(kNoNumber);
  });
  if (found.size() > limit) found.resize(limit);
  out->insert(out->end(), std::make_move_iterator(found.begin()),
              std::make_move_iterator(found.end()));
}

void Candidates::AddNewFlavorNearMisses(NearMisses* out) {
  if (flavor_misses_told_) return;
  flavor_misses_told_ = true;
  AddFlavorNearMisses(flavor_set_->flavors, Failures(*flavor_set_), *context_.query, out);
}

void Candidates::AddNewImageNearMisses(NearMisses* out) {
  if (image_misses_told_) return;
  image_misses_told_ = true;
  AddImageNearMisses(image_set_->images, Failures(*image_set_), *context_.query, context_.systems,
                     out);
}

}  // namespace cis::server
