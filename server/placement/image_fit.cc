// SPDX-License-Identifier: Apache-2.0
#include "server/placement/image_fit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "schema/base/glob.h"
#include "server/placement/nova_rules.h"

namespace cis::server {
namespace {

constexpr int64_t kGib = int64_t{1} << 30;

// "https://registry.egi.eu/x/" and "registry.egi.eu/x" name the same thing.
absl::string_view Bare(absl::string_view reference) {
  for (const absl::string_view scheme : {"https://", "http://", "oci://", "docker://"}) {
    if (absl::ConsumePrefix(&reference, scheme)) break;
  }
  while (absl::ConsumeSuffix(&reference, "/")) {
  }
  return reference;
}

bool IsNamed(const Image& image, const std::string& wanted) {
  return absl::EqualsIgnoreCase(image.id, wanted) || absl::EqualsIgnoreCase(image.name, wanted) ||
         (!image.egi_ref.empty() &&
          absl::EqualsIgnoreCase(Bare(image.egi_ref), Bare(absl::string_view(wanted))));
}

bool MatchesAny(const std::vector<std::string>& globs, const Image& image) {
  return std::any_of(globs.begin(), globs.end(), [&image](const std::string& glob) {
    return MatchesGlob(glob, image.name) || glob == image.id;
  });
}

// Kernels and ramdisks are parts of images, whatever their name.
bool IsBootable(const Image& image) {
  return image.container_format != "aki" && image.container_format != "ari";
}

bool IsActive(const Image& image) { return image.status.empty() || image.status == "active"; }

// Returns how the image matches the nearest of the alternatives.
SystemFit BestMatch(const Image& image, const PlacementQuery& query) {
  SystemFit best{OsMatch::kOtherDistro, 0};
  for (size_t i = 0; i < query.os.size(); ++i) {
    const OsMatch match = MatchOs(query.os[i], image);
    if (match == OsMatch::kMatch) return {match, static_cast<int>(i)};
    best.match = std::max(best.match, match);
  }
  return best;
}

bool ArchDiffers(absl::string_view wanted, absl::string_view have) {
  return !wanted.empty() && !have.empty() && wanted != have;
}

// The disk that a pair needs: for the file and, unpacked, for the disk inside it.
int64_t CeilGib(int64_t bytes) { return bytes / kGib + (bytes % kGib > 0 ? 1 : 0); }

}  // namespace

SystemFits FitSystems(const PlacementIndex& index, const PlacementQuery& query) {
  SystemFits out(index.systems().size());
  if (query.os.empty()) return out;
  for (size_t i = 0; i < out.size(); ++i) out[i] = BestMatch(*index.systems()[i], query);
  return out;
}

Checks CheckImage(const IndexedImage& indexed, const PlacementQuery& query,
                  const SystemFits& systems) {
  const Image& image = *indexed.image;
  Checks out = 0;
  if (!query.image.empty()) {
    if (!IsNamed(image, query.image)) out |= Bit(ImageCheck::kNamed);
    if (!IsActive(image)) out |= Bit(ImageCheck::kActive);
    if (!IsBootable(image)) out |= Bit(ImageCheck::kOffered);
  } else if (!indexed.offered) {
    if (!IsActive(image)) {
      out |= Bit(ImageCheck::kActive);
    } else if (image.hidden.value_or(false)) {
      out |= Bit(ImageCheck::kHidden);
    } else {
      out |= Bit(ImageCheck::kOffered);
    }
  }
  if (indexed.refused_by_nova) out |= Bit(ImageCheck::kAccepted);
  if (!query.image_globs.empty() && !MatchesAny(query.image_globs, image))
    out |= Bit(ImageCheck::kName);
  if (MatchesAny(query.excluded_image_globs, image)) out |= Bit(ImageCheck::kExcluded);
  const OsMatch match = systems[indexed.system].match;
  if (match == OsMatch::kOtherDistro) {
    out |= Bit(ImageCheck::kDistro);
  } else if (match != OsMatch::kMatch) {
    out |= Bit(ImageCheck::kVersion);
  }
  if (ArchDiffers(query.arch, image.arch)) out |= Bit(ImageCheck::kArch);
  return out;
}

void SelectImages(absl::Span<const IndexedImage> images, const PlacementQuery& query,
                  const SystemFits& systems, std::vector<SelectedImage>* out) {
  out->clear();
  const auto is_any_linux = [&query](int alternative) {
    return query.os.empty() || query.os[static_cast<size_t>(alternative)].distro == "linux";
  };
  for (const IndexedImage& image : images) {
    const SystemFit& system = systems[image.system];
    if (system.match != OsMatch::kMatch || CheckImage(image, query, systems) != 0) continue;
    SelectedImage selected{&image, image.tier, system.alternative};
    // A request that names a test image's distro gets it.
    if (selected.tier == ImageTier::kTestOnly && !is_any_linux(selected.alternative)) {
      selected.tier = ImageTier::kClean;
    }
    out->push_back(selected);
  }
  if (query.os.empty()) return;  // the index has them in order
  std::sort(out->begin(), out->end(), [&](const SelectedImage& a, const SelectedImage& b) {
    if (a.tier != b.tier) return a.tier < b.tier;
    if (a.alternative != b.alternative) return a.alternative < b.alternative;
    // The index has the images in the order for requests that name none.
    return is_any_linux(a.alternative) ? a.indexed < b.indexed
                                       : a.indexed->newness < b.indexed->newness;
  });
}

PairFit CheckPair(const Flavor& flavor, const Image& image, const PlacementQuery& query) {
  PairFit fit;
  const int64_t min_disk_gib = image.min_disk_gib.value_or(0);
  const int64_t size = image.size_bytes.value_or(0);
  const int64_t virtual_size = image.virtual_size_bytes.value_or(0);
  fit.volume_count = image.volume_count.value_or(0);
  fit.volume_gib = image.volume_gib.value_or(0);
  if (image.min_ram_mib && flavor.ram_mib && *image.min_ram_mib > *flavor.ram_mib) {
    fit.refused = ReasonCode::kImageMinRamGtFlavor;
  } else if (StartsFromItsVolumes(image)) {
    if (query.disk_gib.max && fit.volume_gib > *query.disk_gib.max) {
      fit.refused = ReasonCode::kBootVolumeTooLarge;
    }
  } else if (IsVolumeOnly(flavor)) {
    const int64_t volume =
        std::max({int64_t{1}, min_disk_gib, CeilGib(std::max(size, virtual_size)),
                  query.disk_gib.min.value_or(0)});
    fit.boot_volume_gib = volume;
    fit.volume_count += 1;
    if (__builtin_add_overflow(fit.volume_gib, volume, &fit.volume_gib)) fit.volume_gib = INT64_MAX;
    if (query.disk_gib.max && volume > *query.disk_gib.max) {
      fit.refused = ReasonCode::kBootVolumeTooLarge;
    }
  } else if (flavor.disk_gib) {
    const int64_t disk = *flavor.disk_gib;
    if (min_disk_gib > disk) {
      fit.refused = ReasonCode::kImageMinDiskGtFlavor;
    } else if (CeilGib(size) > disk) {
      fit.refused = ReasonCode::kImageSizeGtDisk;
    } else if (CeilGib(virtual_size) > disk) {
      fit.refused = ReasonCode::kImageVirtualSizeGtDisk;
    }
  }
  if (!fit.refused && ArchDiffers(image.arch, flavor.arch) &&
      !(image.arch == "i686" && flavor.arch == "x86_64")) {
    fit.refused = ReasonCode::kImageFlavorArchMismatch;
  }
  if (!fit.refused && TraitConflict(flavor, image)) {
    fit.refused = ReasonCode::kImageFlavorTraitConflict;
  }
  if (!fit.refused && PropertyConflict(flavor, image)) {
    fit.refused = ReasonCode::kImageFlavorPropertyConflict;
  }
  return fit;
}

bool IsArchGuess(const Flavor& flavor, const Image& image) {
  if (flavor.arch.empty() == image.arch.empty()) return false;
  return IsUnusualArch(flavor.arch.empty() ? image.arch : flavor.arch);
}

std::optional<Reason> WhyNotPair(const Flavor& flavor, const Image& image,
                                 const PlacementQuery& query) {
  const PairFit fit = CheckPair(flavor, image, query);
  if (!fit.refused) return std::nullopt;
  return ExplainPair(flavor, image, query, *fit.refused);
}

Reason ExplainPair(const Flavor& flavor, const Image& image, const PlacementQuery& query,
                   ReasonCode code) {
  Reason reason;
  reason.code = code;
  reason.flavor = &flavor;
  reason.image = &image;
  const int64_t disk_gib = flavor.disk_gib.value_or(0);
  switch (code) {
    case ReasonCode::kImageMinRamGtFlavor:
      reason.want = image.min_ram_mib;
      reason.best = flavor.ram_mib;
      break;
    case ReasonCode::kImageMinDiskGtFlavor:
      reason.want = image.min_disk_gib;
      reason.best = disk_gib;
      break;
    case ReasonCode::kImageSizeGtDisk:
      reason.want = image.size_bytes;
      reason.best = disk_gib * kGib;
      break;
    case ReasonCode::kImageVirtualSizeGtDisk:
      reason.want = image.virtual_size_bytes;
      reason.best = disk_gib * kGib;
      break;
    case ReasonCode::kBootVolumeTooLarge: {
      const PairFit fit = CheckPair(flavor, image, query);
      reason.want = query.disk_gib.max;
      reason.best = fit.boot_volume_gib.value_or(fit.volume_gib);
      break;
    }
    default:
      break;
  }
  return reason;
}

}  // namespace cis::server
