// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every request needs from a snapshot and what is the same for all requests: flavors by size,
// images by preference, network plans, quotas. Made once per snapshot.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/placement/boot_choice.h"
#include "server/placement/network_plan.h"
#include "server/placement/quota_book.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// How suitable an image is for a request that does not name it. Smaller is better.
enum class ImageTier { kClean = 0, kDoubtful, kTestOnly };

// One image of a share.
struct IndexedImage {
  const Image* image = nullptr;
  ImageTier tier = ImageTier::kClean;
  int distro_rank = 0;               // for requests without an OS
  int purpose_rank = 0;              // generic before minimal before custom
  bool has_special_purpose = false;  // custom, docker, gpu, k8s...: made for one task
  bool offered = false;              // may be chosen without being named
  bool refused_by_nova = false;      // because of its properties alone (nova_rules.h)
  SharedText build;   // "2024-05-01"; of the build, else of the upload; empty = unknown
  size_t system = 0;  // in PlacementIndex::systems()
  int newness = 0;    // by IsNewerImage among the images of its family; 0 = newest
  Confidence distro_confidence = Confidence::kUnknown;
  Confidence version_confidence = Confidence::kUnknown;
};

// The sizes of a flavor, stored next to those of the others because most flavors are excluded by
// them alone. An unknown size passes both bounds.
struct FlavorSizes {
  struct Size {
    int64_t for_min = INT64_MAX;  // the value, or what passes every lower bound
    int64_t for_max = INT64_MIN;  // the value, or what passes every upper bound
  };
  Size vcpu_count;
  Size ram_mib;
  Size disk_gib;  // flavors that boot from a volume pass
  Size ephemeral_gib;
};

// Enabled flavors, smallest first, special hardware last. Shares of an endpoint that see the same
// flavors share one list, which a request checks once.
struct FlavorSet {
  std::vector<const Flavor*> flavors;
  std::vector<FlavorSizes> sizes;       // of `flavors`
  std::vector<std::string> gpu_models;  // of `flavors` and the first words of these, sorted
};

// Images, best first for a request that does not name one. Shared in the same way.
struct ImageSet {
  std::vector<IndexedImage> images;
  std::vector<std::string> distros;  // of `images`, sorted
};

// The kinds of data that placements require: flavors, images and networks. Quotas may be missing:
// they are then unknown.
inline constexpr std::array<Kind, 3> kNeededKinds{Kind::kFlavors, Kind::kImages, Kind::kNetworks};
struct NeededData {
  absl::Time oldest_success = absl::InfinitePast();  // of those that were ever read; else past
  bool is_missing = false;                           // one was never read
  bool has_error = false;                            // the last try to read one failed
};

// One share, ready to be searched.
struct IndexedShare {
  ShareView view;
  std::string name;                         // "sites/{site}/shares/{share}"
  std::string endpoint_id;                  // of the resource name of its endpoint
  std::array<const KindState*, 5> kinds{};  // by Kind; nullptr = never tried
  const FlavorSet* flavors = nullptr;       // in the index; never nullptr
  const ImageSet* images = nullptr;         // likewise
  NetworkPlans plans;
  QuotaBook quotas;
  BootOptions boot;
  NeededData needed;
  double health = 0;                       // fraction of the last reads that succeeded, in [0,1]
  std::vector<const Downtime*> downtimes;  // of its endpoint in the registry, over or not

  const Share& share() const { return view.share->share; }
  const KindState* kind(Kind k) const { return kinds[static_cast<size_t>(k)]; }
};

// The operating systems (distro, version, codename) that images have had since the program started,
// by number. Numbers never change, so that lists of images that have not changed keep theirs.
class OsTable {
 public:
  size_t NumberOf(const Image& image);
  // One image per operating system, by number, with no other content than the operating system.
  const std::vector<std::shared_ptr<const Image>>& systems() const { return systems_; }

 private:
  std::map<std::tuple<SharedText, SharedText, SharedText>, size_t> numbers_;
  std::vector<std::shared_ptr<const Image>> systems_;
};

// Immutable; safe to read from any number of threads. Must not outlive the snapshot it was made of.
class PlacementIndex {
 public:
  static std::shared_ptr<const PlacementIndex> Build(const Snapshot& snapshot) {
    return Update(snapshot, nullptr);
  }
  // The same, reusing the lists of sites that have not changed from the index of an earlier
  // snapshot (may be null), which must still be alive.
  static std::shared_ptr<const PlacementIndex> Update(const Snapshot& snapshot,
                                                      const PlacementIndex* before);

  // In the order of Snapshot::shares(), without those that are not to be searched.
  absl::Span<const IndexedShare> shares() const { return shares_; }
  // Returns the positions in shares() of those of the VO (any case), configured or not,
  // ascending.
  absl::Span<const int32_t> SharesOfVo(absl::string_view vo) const;
  // The distros of all images, sorted, for spelling suggestions.
  absl::Span<const std::string> distros() const { return distros_; }
  // The GPU models of all flavors and their first words, sorted, for spelling suggestions.
  absl::Span<const std::string> gpu_models() const { return gpu_models_; }
  // One image for each operating system (distro, version, codename) that exists or existed. A
  // request is compared with these instead of with each image.
  absl::Span<const std::shared_ptr<const Image>> systems() const { return os_table_.systems(); }

 private:
  PlacementIndex() = default;

  // Shares point into these; later indexes may share them.
  std::vector<std::shared_ptr<const FlavorSet>> flavor_sets_;
  std::vector<std::shared_ptr<const ImageSet>> image_sets_;
  OsTable os_table_;
  std::vector<IndexedShare> shares_;
  absl::flat_hash_map<std::string, std::vector<int32_t>> shares_of_vo_;  // by lower-case name
  std::vector<std::string> distros_;
  std::vector<std::string> gpu_models_;
};

// Returns whether machines of the flavor boot from a volume.
bool IsVolumeOnly(const Flavor& flavor);

// Returns whether the architecture is known and unusual for machines: neither x86_64 nor i686.
bool IsUnusualArch(absl::string_view arch);

// The order in which flavors are tried: virtual before bare metal; usual architectures before
// others; without GPUs, then unknown, then with GPUs; with a root disk before without; then fewest
// vCPUs, least RAM, least disk, name, id.
bool IsSmallerFlavor(const Flavor& a, const Flavor& b);

// Returns whether `a` is preferred to `b` when both fit and the request names neither: by tier,
// purpose, how usual the distro is, then as IsNewerImage.
bool IsPreferredImage(const IndexedImage& a, const IndexedImage& b);

// The same for images that satisfy the same alternative of a request, whatever their distro: plain
// systems before those that are made for one task; then newest version, purpose, newest build,
// distro, name, id.
bool IsNewerImage(const IndexedImage& a, const IndexedImage& b);

}  // namespace cis::server
