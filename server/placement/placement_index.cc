#include "server/placement/placement_index.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "schema/model/os_version.h"
#include "schema/model/resource_name.h"

namespace cis {
namespace {

// Which distro somebody gets who did not say: the most widely supported first.
constexpr std::array<absl::string_view, 15> kDistroOrder{
    "ubuntu",   "debian", "almalinux", "rocky",         "rhel", "centos-stream", "ol",     "fedora",
    "opensuse", "sles",   "centos",    "fedora-coreos", "arch", "alpine",        "freebsd"};

int DistroRank(const std::string& distro) {
  const auto* it = std::find(kDistroOrder.begin(), kDistroOrder.end(), absl::string_view(distro));
  const auto rank = static_cast<int>(it - kDistroOrder.begin());
  return distro.empty() ? rank + 1 : rank;
}

int PurposeRank(const std::string& purpose) {
  constexpr std::array<absl::string_view, 7> kOrder{"generic", "minimal", "",   "custom",
                                                    "docker",  "gpu",     "k8s"};
  const auto* it = std::find(kOrder.begin(), kOrder.end(), absl::string_view(purpose));
  return static_cast<int>(it - kOrder.begin());
}

ImageTier TierOf(const Image& image) {
  if (image.os_distro == "cirros") return ImageTier::kTestOnly;
  for (const std::string& warning : image.provenance.warnings) {
    if (absl::StartsWith(warning, "OS_CONFLICT")) return ImageTier::kDoubtful;
  }
  return ImageTier::kClean;
}

IndexedImage IndexImage(const Image& image) {
  IndexedImage out;
  out.image = &image;
  out.tier = TierOf(image);
  out.distro_rank = DistroRank(image.os_distro);
  out.purpose_rank = PurposeRank(image.purpose);
  out.offered = image.usable && !image.is_snapshot && image.purpose != "appliance" &&
                !image.hidden.value_or(false);
  out.build = image.build_date;
  if (out.build.empty() && image.create_time != absl::InfinitePast()) {
    out.build = absl::FormatTime("%Y-%m-%d", image.create_time, absl::UTCTimeZone());
  }
  return out;
}

IndexedShare IndexShare(const ShareView& view) {
  IndexedShare out;
  out.view = view;
  out.name = FormatShareName(view.share->share);
  for (const KindState& state : view.share->kinds) {
    out.kinds[static_cast<size_t>(state.kind)] = &state;
  }
  for (const int32_t index : view.share->flavor_indexes) {
    const Flavor& flavor = view.flavor(index);
    if (!flavor.disabled.value_or(false)) out.flavors.push_back(&flavor);
  }
  std::sort(out.flavors.begin(), out.flavors.end(),
            [](const Flavor* a, const Flavor* b) { return IsSmallerFlavor(*a, *b); });
  for (const int32_t index : view.share->image_indexes) {
    out.images.push_back(IndexImage(view.image(index)));
  }
  std::sort(out.images.begin(), out.images.end(), IsPreferredImage);
  out.plans = BuildNetworkPlans(*view.share);
  out.quotas = QuotaBook(view.share->quotas);
  return out;
}

}  // namespace

bool IsSmallerFlavor(const Flavor& a, const Flavor& b) {
  const auto key = [](const Flavor& f) {
    const bool gpu_said = !f.gpu_model.empty() || !f.gpu_vendor.empty() || !f.gpu_kind.empty();
    constexpr int64_t kUnknownLast = int64_t{1} << 60;
    return std::make_tuple(f.baremetal, f.gpu_count.value_or(gpu_said ? 1.0 : 0.0),
                           f.disk_gib == std::optional<int64_t>(0),
                           f.vcpu_count.value_or(kUnknownLast), f.ram_mib.value_or(kUnknownLast),
                           f.disk_gib.value_or(kUnknownLast), absl::string_view(f.name),
                           absl::string_view(f.id));
  };
  return key(a) < key(b);
}

bool IsNewerImage(const IndexedImage& a, const IndexedImage& b) {
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
    return std::tie(i.tier, i.distro_rank, i.image->os_distro);
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return IsNewerImage(a, b);
}

std::shared_ptr<const PlacementIndex> PlacementIndex::Build(const Snapshot& snapshot) {
  std::shared_ptr<PlacementIndex> index(new PlacementIndex);
  std::set<std::string> distros;
  index->shares_.reserve(snapshot.shares().size());
  for (const ShareView& view : snapshot.shares()) {
    const auto position = static_cast<int32_t>(index->shares_.size());
    index->shares_of_vo_[absl::AsciiStrToLower(view.share->share.vo)].push_back(position);
    index->shares_.push_back(IndexShare(view));
    for (const IndexedImage& image : index->shares_.back().images) {
      if (!image.image->os_distro.empty()) distros.insert(image.image->os_distro);
    }
  }
  index->distros_.assign(distros.begin(), distros.end());
  return index;
}

absl::Span<const int32_t> PlacementIndex::SharesOfVo(absl::string_view vo) const {
  const auto it = shares_of_vo_.find(absl::AsciiStrToLower(vo));
  if (it == shares_of_vo_.end()) return {};
  return it->second;
}

}  // namespace cis
