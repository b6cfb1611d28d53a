// SPDX-License-Identifier: Apache-2.0
#include "server/placement/placement_index.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "schema/base/check.h"
#include "schema/model/known.h"
#include "schema/model/os_version.h"
#include "schema/model/resource_name.h"
#include "server/placement/nova_rules.h"
#include "server/placement/os_match.h"

namespace cis::server {
namespace {

// The order of distros for a request that names none: the most widely supported first.
constexpr std::array<absl::string_view, 15> kDistroOrder{
    "ubuntu",   "debian", "almalinux", "rocky",         "rhel", "centos-stream", "ol",     "fedora",
    "opensuse", "sles",   "centos",    "fedora-coreos", "arch", "alpine",        "freebsd"};

int DistroRank(absl::string_view distro) {
  const auto* it = std::find(kDistroOrder.begin(), kDistroOrder.end(), distro);
  const auto rank = static_cast<int>(it - kDistroOrder.begin());
  return distro.empty() ? rank + 1 : rank;
}

int PurposeRank(absl::string_view purpose) {
  constexpr std::array<absl::string_view, 7> kOrder{"generic", "minimal", "",   "custom",
                                                    "docker",  "gpu",     "k8s"};
  const auto* it = std::find(kOrder.begin(), kOrder.end(), absl::string_view(purpose));
  return static_cast<int>(it - kOrder.begin());
}

// Made for one task, so a plain system is preferred, whatever the versions are.
bool HasSpecialPurpose(absl::string_view purpose) { return PurposeRank(purpose) > PurposeRank(""); }

// Glance lists these only to a client that asks for them: images that anyone publishes, and images
// that others share with the project before it has accepted them.
bool IsFoundByNameOnly(const Image& image) {
  return image.visibility == "community" || !image.member_status.empty();
}

ImageTier TierOfImage(const Image& image) {
  if (image.os_distro == "cirros") return ImageTier::kTestOnly;
  for (const SharedText& warning : image.provenance.warnings) {
    if (absl::StartsWith(warning, "OS_CONFLICT")) return ImageTier::kDoubtful;
  }
  return ImageTier::kClean;
}

IndexedImage IndexImage(const Image& image) {
  IndexedImage out;
  out.image = &image;
  out.tier = TierOfImage(image);
  out.distro_rank = DistroRank(image.os_distro);
  out.purpose_rank = PurposeRank(image.purpose);
  out.has_special_purpose = HasSpecialPurpose(image.purpose);
  out.offered = image.usable && !image.is_snapshot && image.purpose != "appliance" &&
                !image.hidden.value_or(false) && !IsFoundByNameOnly(image);
  out.refused_by_nova = RefusalOfImage(image).has_value();
  out.build = image.build_date;
  if (out.build.empty() && IsKnown(image.create_time)) {
    out.build = absl::FormatTime("%Y-%m-%d", image.create_time, absl::UTCTimeZone());
  }
  out.distro_confidence = image.provenance.Of("os_distro");
  out.version_confidence = image.provenance.Of("os_version");
  return out;
}

FlavorSizes SizesOf(const Flavor& flavor) {
  FlavorSizes out;
  const auto set = [](const std::optional<int64_t>& value, FlavorSizes::Size* size) {
    if (value) *size = {*value, *value};
  };
  set(flavor.vcpu_count, &out.vcpu_count);
  set(flavor.ram_mib, &out.ram_mib);
  if (!IsVolumeOnly(flavor)) set(flavor.disk_gib, &out.disk_gib);
  set(flavor.ephemeral_gib, &out.ephemeral_gib);
  return out;
}

NeededData NeededOf(const IndexedShare& share) {
  NeededData out;
  out.oldest_success = absl::InfiniteFuture();
  for (const Kind kind : kNeededKinds) {
    const KindState* state = share.kind(kind);
    if (state == nullptr || !IsKnown(state->success_time)) {
      out.is_missing = true;
      continue;
    }
    out.oldest_success = std::min(out.oldest_success, state->success_time);
    out.has_error = out.has_error || state->error != ErrorClass::kNone;
  }
  if (out.oldest_success == absl::InfiniteFuture()) out.oldest_success = absl::InfinitePast();
  return out;
}

// Each kind that was read counts fully, each that failed less than three times in a row counts
// half.
double HealthOf(const IndexedShare& share) {
  double sum = 0;
  int count = 0;
  for (const Kind kind : {Kind::kAuth, Kind::kFlavors, Kind::kImages, Kind::kNetworks}) {
    const KindState* state = share.kind(kind);
    if (state == nullptr) continue;
    ++count;
    if (state->error == ErrorClass::kNone) {
      sum += 1.0;
    } else if (state->failure_count < 3) {
      sum += 0.5;
    }
  }
  return count == 0 ? 0 : sum / count;
}

// Images among which a request's alternative may choose: those of a distro, or of all distros that
// `el` includes. Versions have an order only within a family.
absl::string_view FamilyOf(const Image& image) {
  return IsEnterpriseLinux(image.os_distro) ? "el" : absl::string_view(image.os_distro);
}

// Fills IndexedImage::newness.
void RankByNewness(std::vector<IndexedImage>* images) {
  std::vector<IndexedImage*> order;
  order.reserve(images->size());
  for (IndexedImage& image : *images) order.push_back(&image);
  std::sort(order.begin(), order.end(), [](const IndexedImage* a, const IndexedImage* b) {
    const absl::string_view family_a = FamilyOf(*a->image);
    const absl::string_view family_b = FamilyOf(*b->image);
    if (family_a != family_b) return family_a < family_b;
    return IsNewerImage(*a, *b);
  });
  for (size_t i = 0; i < order.size(); ++i) order[i]->newness = static_cast<int>(i);
}

// Returns the words that a request's GPU model may refer to.
std::vector<std::string> GpuModelsOf(const std::vector<const Flavor*>& flavors) {
  std::set<std::string> models;
  for (const Flavor* flavor : flavors) {
    const absl::string_view model = flavor->gpu_model;
    if (model.empty() || !models.emplace(model).second) continue;
    models.emplace(model.substr(0, model.find(' ')));
  }
  return {models.begin(), models.end()};
}

FlavorSet IndexFlavors(const ShareView& view) {
  FlavorSet out;
  out.flavors.reserve(view.share->flavor_indexes.size());
  for (const int32_t index : view.share->flavor_indexes) {
    const Flavor& flavor = view.flavor(index);
    if (!flavor.disabled.value_or(false)) out.flavors.push_back(&flavor);
  }
  std::sort(out.flavors.begin(), out.flavors.end(),
            [](const Flavor* a, const Flavor* b) { return IsSmallerFlavor(*a, *b); });
  out.sizes.reserve(out.flavors.size());
  for (const Flavor* flavor : out.flavors) out.sizes.push_back(SizesOf(*flavor));
  CIS_CHECK(out.sizes.size() == out.flavors.size(), "each flavor has its sizes");
  out.gpu_models = GpuModelsOf(out.flavors);
  return out;
}

ImageSet IndexImages(const ShareView& view, OsTable* systems) {
  ImageSet out;
  out.images.reserve(view.share->image_indexes.size());
  std::set<absl::string_view> distros;
  for (const int32_t index : view.share->image_indexes) {
    const Image& image = view.image(index);
    out.images.push_back(IndexImage(image));
    out.images.back().system = systems->NumberOf(image);
    if (!image.os_distro.empty()) distros.insert(image.os_distro);
  }
  std::sort(out.images.begin(), out.images.end(), IsPreferredImage);
  RankByNewness(&out.images);
  for (const absl::string_view distro : distros) out.distros.emplace_back(distro);
  return out;
}

std::vector<const Downtime*> DowntimesOf(const Registry& registry, const Endpoint& endpoint) {
  std::vector<const Downtime*> downtimes;
  const absl::Span<const RegistryService> services = registry.ServicesOf(endpoint.site_name);
  for (const Downtime& downtime : registry.DowntimesOf(endpoint.site_name)) {
    if (AffectsEndpoint(downtime, services, endpoint.keystone_url)) downtimes.push_back(&downtime);
  }
  return downtimes;
}

// Indexes a share without its flavors and images.
IndexedShare IndexShare(const Registry& registry, const ShareView& view) {
  IndexedShare out;
  out.view = view;
  out.name = FormatShareName(view.share->share);
  out.endpoint_id = FormatEndpointId(view.endpoint->endpoint);
  for (const KindState& state : view.share->kinds) {
    out.kinds[static_cast<size_t>(state.kind)] = &state;
  }
  out.plans = BuildNetworkPlans(*view.share);
  out.quotas = QuotaBook(view.share->quotas);
  out.boot = BootOptions::Of(*view.share);
  out.needed = NeededOf(out);
  out.health = HealthOf(out);
  out.downtimes = DowntimesOf(registry, view.endpoint->endpoint);
  return out;
}

// The lists of this index and the one before, by endpoint, each with the positions that it was made
// from.
template <typename Set>
class KnownSets {
 public:
  void Add(const ShareView& view, const std::vector<int32_t>& positions,
           std::shared_ptr<const Set> set) {
    sets_[view.endpoint].push_back({&positions, std::move(set), false});
  }
  bool Has(const ShareView& view, const Set* set) const {
    const auto it = sets_.find(view.endpoint);
    return it != sets_.end() && std::any_of(it->second.begin(), it->second.end(),
                                            [set](const Known& k) { return k.set.get() == set; });
  }
  // Returns the list for the positions: a known one, or the result of `make`. Each list that is
  // requested is kept in `used`, once.
  template <typename Make>
  const Set* Get(const ShareView& view, const std::vector<int32_t>& positions, Make make,
                 std::vector<std::shared_ptr<const Set>>* used) {
    std::vector<Known>& known = sets_[view.endpoint];
    auto it = std::find_if(known.begin(), known.end(),
                           [&positions](const Known& k) { return *k.positions == positions; });
    if (it == known.end()) {
      known.push_back({&positions, std::make_shared<const Set>(make()), false});
      it = std::prev(known.end());
    }
    if (!it->is_used) used->push_back(it->set);
    it->is_used = true;
    return it->set.get();
  }

 private:
  struct Known {
    const std::vector<int32_t>* positions = nullptr;
    std::shared_ptr<const Set> set;
    bool is_used = false;
  };
  absl::flat_hash_map<const EndpointCatalog*, std::vector<Known>> sets_;
};

// More systems than exist: a table that has collected more is started anew.
constexpr size_t kMaxSystems = 10000;

template <typename Set>
absl::flat_hash_map<const Set*, std::shared_ptr<const Set>> ByAddress(
    const std::vector<std::shared_ptr<const Set>>& sets) {
  absl::flat_hash_map<const Set*, std::shared_ptr<const Set>> out;
  for (const std::shared_ptr<const Set>& set : sets) out.emplace(set.get(), set);
  return out;
}

}  // namespace

bool IsVolumeOnly(const Flavor& flavor) {
  return flavor.boot_from_volume || flavor.disk_gib == std::optional<int64_t>(0);
}

bool IsUnusualArch(absl::string_view arch) {
  return !arch.empty() && arch != "x86_64" && arch != "i686";
}

bool IsSmallerFlavor(const Flavor& a, const Flavor& b) {
  const auto key = [](const Flavor& f) {
    const bool gpu_said = !f.gpu_model.empty() || !f.gpu_vendor.empty() || !f.gpu_kind.empty();
    // After those that certainly have none, before those that have one.
    constexpr double kPerhapsOne = 0.5;
    constexpr int64_t kUnknownLast = int64_t{1} << 60;
    return std::make_tuple(
        f.baremetal, IsUnusualArch(f.arch), f.gpu_count.value_or(gpu_said ? 1.0 : kPerhapsOne),
        f.disk_gib == std::optional<int64_t>(0), f.vcpu_count.value_or(kUnknownLast),
        f.ram_mib.value_or(kUnknownLast), f.disk_gib.value_or(kUnknownLast),
        absl::string_view(f.name), absl::string_view(f.id));
  };
  return key(a) < key(b);
}

bool IsNewerImage(const IndexedImage& a, const IndexedImage& b) {
  if (a.has_special_purpose != b.has_special_purpose) return b.has_special_purpose;
  const bool same = a.image->os_distro == b.image->os_distro;
  const int version = CompareOsVersions(same ? absl::string_view(a.image->os_distro) : "",
                                        a.image->os_version, b.image->os_version);
  if (version != 0) return version > 0;
  // Newest build first; the rest in ascending order.
  return std::tie(a.purpose_rank, b.build, a.distro_rank, a.image->os_distro, a.image->name,
                  a.image->id) < std::tie(b.purpose_rank, a.build, b.distro_rank,
                                          b.image->os_distro, b.image->name, b.image->id);
}

bool IsPreferredImage(const IndexedImage& a, const IndexedImage& b) {
  const auto rank = [](const IndexedImage& i) {
    return std::tie(i.tier, i.purpose_rank, i.distro_rank, i.image->os_distro);
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return IsNewerImage(a, b);
}

size_t OsTable::NumberOf(const Image& image) {
  const auto [it, is_new] =
      numbers_.try_emplace({image.os_distro, image.os_version, image.os_codename}, systems_.size());
  if (is_new) {
    auto system = std::make_shared<Image>();
    system->os_distro = image.os_distro;
    system->os_version = image.os_version;
    system->os_codename = image.os_codename;
    systems_.push_back(std::move(system));
  }
  CIS_CHECK(it->second < systems_.size(), "a number of the table is of a system");
  return it->second;
}

std::shared_ptr<const PlacementIndex> PlacementIndex::Update(const Snapshot& snapshot,
                                                             const PlacementIndex* before) {
  std::shared_ptr<PlacementIndex> index(new PlacementIndex);
  KnownSets<FlavorSet> flavor_sets;
  KnownSets<ImageSet> image_sets;
  if (before != nullptr && before->systems().size() <= kMaxSystems) {
    index->os_table_ = before->os_table_;
    const auto flavors = ByAddress(before->flavor_sets_);
    const auto images = ByAddress(before->image_sets_);
    for (const IndexedShare& share : before->shares_) {
      const ShareView& view = share.view;
      if (!flavor_sets.Has(view, share.flavors)) {
        CIS_CHECK(flavors.contains(share.flavors), "an index owns the flavors of its shares");
        flavor_sets.Add(view, view.share->flavor_indexes, flavors.at(share.flavors));
      }
      if (!image_sets.Has(view, share.images)) {
        CIS_CHECK(images.contains(share.images), "an index owns the images of its shares");
        image_sets.Add(view, view.share->image_indexes, images.at(share.images));
      }
    }
  }
  index->shares_.reserve(snapshot.shares().size());
  for (const ShareView& view : snapshot.shares()) {
    if (!view.share->is_searched) continue;
    const auto position = static_cast<int32_t>(index->shares_.size());
    index->shares_of_vo_[absl::AsciiStrToLower(view.share->share.vo)].push_back(position);
    IndexedShare& share =
        index->shares_.emplace_back(IndexShare(*snapshot.catalog().registry, view));
    share.flavors = flavor_sets.Get(
        view, view.share->flavor_indexes, [&view] { return IndexFlavors(view); },
        &index->flavor_sets_);
    share.images = image_sets.Get(
        view, view.share->image_indexes,
        [&view, &index] { return IndexImages(view, &index->os_table_); }, &index->image_sets_);
  }
  CIS_CHECK(index->shares_.size() <= snapshot.shares().size(), "each share is in the index once");
  std::set<std::string> gpu_models;
  for (const auto& set : index->flavor_sets_) {
    gpu_models.insert(set->gpu_models.begin(), set->gpu_models.end());
  }
  std::set<std::string> distros;
  for (const auto& set : index->image_sets_) {
    distros.insert(set->distros.begin(), set->distros.end());
  }
  index->distros_.assign(distros.begin(), distros.end());
  index->gpu_models_.assign(gpu_models.begin(), gpu_models.end());
  return index;
}

absl::Span<const int32_t> PlacementIndex::SharesOfVo(absl::string_view vo) const {
  const auto it = shares_of_vo_.find(absl::AsciiStrToLower(vo));
  if (it == shares_of_vo_.end()) return {};
  return it->second;
}

}  // namespace cis::server
