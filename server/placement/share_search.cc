#include "server/placement/share_search.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/image_fit.h"
#include "server/placement/machine_needs.h"
#include "server/placement/network_fit.h"
#include "server/placement/score.h"
#include "server/placement/share_standing.h"

namespace cis {
namespace {

const SiteCatalog* FindSite(const Snapshot& snapshot, absl::string_view name) {
  if (absl::ConsumePrefix(&name, "sites/")) return snapshot.FindSiteById(name);
  return snapshot.FindSite(name);
}

// The search of one share. Used once.
class Search {
 public:
  Search(const IndexedShare& share, const SearchContext& context, SearchScratch* scratch)
      : share_(share),
        context_(context),
        query_(*context.query),
        flavors_(scratch->flavors),
        images_(scratch->images),
        plans_(scratch->plans) {}

  ShareVerdict Run(std::vector<Placement>* placements);
  bool Fits();

 private:
  struct Pair {
    const Flavor* flavor = nullptr;
    const SelectedImage* image = nullptr;
    PairFit fit;
    bool quota_unknown = false;
    std::optional<Reason> quota;
  };
  struct Plan {
    const NetworkPlan* plan = nullptr;
    bool quota_unknown = false;
    std::optional<Reason> quota;
  };

  void SelectCandidates();
  Pair CheckOne(const Flavor& flavor, const SelectedImage& image) const;
  bool FindPair(Pair* found) const;
  bool FindPlan(Plan* found) const;
  std::optional<Reason> NearestPair() const;
  std::optional<Reason> PairQuota() const;
  std::optional<Reason> PlanQuota() const;
  void Explain(const std::vector<Reason>& standing, ShareVerdict* verdict) const;
  void CollectRefused(ShareVerdict* verdict) const;
  Placement MakePlacement(const Pair& pair, const Plan& plan) const;
  void AddPassedOver(const Pair& pair, Placement* placement) const;
  void AddAll(std::vector<Placement>* placements) const;
  Unknowns UnknownsOf(const Pair& pair, const Plan& plan) const;

  const IndexedShare& share_;
  const SearchContext& context_;
  const PlacementQuery& query_;
  DataAge age_;
  std::vector<const Flavor*>& flavors_;  // that fit the request, smallest first
  std::vector<SelectedImage>& images_;   // likewise, best first
  std::vector<const NetworkPlan*>& plans_;
};

void Search::SelectCandidates() {
  flavors_.clear();
  for (size_t i = 0; i < share_.flavors.size(); ++i) {
    if (!MayFit(share_.sizes[i], query_)) continue;
    const Flavor* flavor = share_.flavors[i];
    if (CheckFlavor(*flavor, query_) == 0) flavors_.push_back(flavor);
  }
  SelectImages(share_.images, query_, context_.systems, &images_);
  SelectPlans(share_.plans, query_, &plans_);
}

Search::Pair Search::CheckOne(const Flavor& flavor, const SelectedImage& image) const {
  Pair pair;
  pair.flavor = &flavor;
  pair.image = &image;
  pair.fit = CheckPair(flavor, image.image(), query_);
  if (!pair.fit.refused) {
    pair.quota =
        share_.quotas.Check(PairNeeds(flavor, pair.fit, query_.count), &pair.quota_unknown);
  }
  return pair;
}

// The smallest flavor, and the first image for it; images of a later tier only if no flavor fits
// those of the tiers before.
bool Search::FindPair(Pair* found) const {
  for (size_t begin = 0; begin < images_.size();) {
    size_t end = begin;
    while (end < images_.size() && images_[end].tier == images_[begin].tier) ++end;
    for (const Flavor* flavor : flavors_) {
      if (!share_.quotas.Allows(FlavorNeeds(*flavor, query_.count))) continue;
      for (size_t i = begin; i < end; ++i) {
        const PairFit fit = CheckPair(*flavor, images_[i].image(), query_);
        if (fit.refused) continue;
        *found = CheckOne(*flavor, images_[i]);
        if (!found->quota) return true;
      }
    }
    begin = end;
  }
  return false;
}

bool Search::FindPlan(Plan* found) const {
  for (const NetworkPlan* plan : plans_) {
    found->plan = plan;
    found->quota_unknown = false;
    found->quota = share_.quotas.Check(PlanNeeds(*plan, query_.count), &found->quota_unknown);
    if (!found->quota) return true;
  }
  return false;
}

// Of the refused pairs the one that is nearest to fitting; nothing if a pair fits.
std::optional<Reason> Search::NearestPair() const {
  std::optional<Reason> nearest;
  double nearest_gap = 0;
  for (const Flavor* flavor : flavors_) {
    for (const SelectedImage& image : images_) {
      const PairFit fit = CheckPair(*flavor, image.image(), query_);
      if (!fit.refused) return std::nullopt;
      const Reason reason = ExplainPair(*flavor, image.image(), query_, *fit.refused);
      const double gap = GapPercent(reason).value_or(1e9);
      if (!nearest || gap < nearest_gap) {
        nearest = reason;
        nearest_gap = gap;
      }
    }
  }
  return nearest;
}

// Why no pair that fits may be started; nothing if one may, or if none fits.
std::optional<Reason> Search::PairQuota() const {
  std::optional<Reason> first;
  for (const Flavor* flavor : flavors_) {
    const bool refused_for_all = !share_.quotas.Allows(FlavorNeeds(*flavor, query_.count));
    if (refused_for_all && first) continue;
    for (const SelectedImage& image : images_) {
      const Pair pair = CheckOne(*flavor, image);
      if (pair.fit.refused) continue;
      if (!pair.quota) return std::nullopt;
      if (!first) first = pair.quota;
      if (refused_for_all) break;
    }
  }
  if (first || !flavors_.empty()) return first;
  // No flavor fits; the machine that is asked for may be more than the project may have anyway.
  QuotaNeeds needs{};
  needs[static_cast<size_t>(QuotaResource::kInstances)] = query_.count;
  needs[static_cast<size_t>(QuotaResource::kCores)] =
      Times(query_.vcpu_count.min.value_or(0), query_.count);
  needs[static_cast<size_t>(QuotaResource::kRamMib)] =
      Times(query_.ram_mib.min.value_or(0), query_.count);
  bool unknown = false;
  return share_.quotas.Check(needs, &unknown);
}

std::optional<Reason> Search::PlanQuota() const {
  std::optional<Reason> first;
  for (const NetworkPlan* plan : plans_) {
    bool unknown = false;
    const std::optional<Reason> reason =
        share_.quotas.Check(PlanNeeds(*plan, query_.count), &unknown);
    if (!reason) return std::nullopt;
    if (!first) first = reason;
  }
  return first;
}

void Search::Explain(const std::vector<Reason>& standing, ShareVerdict* verdict) const {
  std::vector<Reason> all = standing;
  const auto append = [&all](std::vector<Reason> reasons) {
    all.insert(all.end(), reasons.begin(), reasons.end());
  };
  // What was never read gives no reasons of its own: DATA_MISSING says it.
  const bool has_flavors = HasData(share_, Kind::kFlavors);
  const bool has_images = HasData(share_, Kind::kImages);
  if (flavors_.empty() && has_flavors) {
    std::vector<FlavorFailures> failures;
    failures.reserve(share_.flavors.size());
    for (const Flavor* flavor : share_.flavors) failures.push_back(CheckFlavor(*flavor, query_));
    append(ExplainFlavors(share_.flavors, failures, query_));
    verdict->near_misses = FlavorNearMisses(share_.flavors, failures, query_);
  }
  if (images_.empty() && has_images) {
    std::vector<ImageFailures> failures;
    failures.reserve(share_.images.size());
    for (const IndexedImage& image : share_.images) {
      failures.push_back(CheckImage(image, query_, context_.systems));
    }
    append(ExplainImages(share_.images, failures, query_));
    // With neither flavor nor image no single change helps.
    if (!flavors_.empty()) {
      verdict->near_misses = ImageNearMisses(share_.images, failures, query_);
    } else {
      verdict->near_misses.clear();
    }
  }
  if (!flavors_.empty() && !images_.empty()) {
    if (const std::optional<Reason> pair = NearestPair()) all.push_back(*pair);
  }
  if (plans_.empty() && HasData(share_, Kind::kNetworks)) append(ExplainNetworks(share_, query_));
  if (has_flavors && has_images) {
    if (const std::optional<Reason> quota = PairQuota()) all.push_back(*quota);
  }
  if (const std::optional<Reason> quota = PlanQuota()) all.push_back(*quota);
  if (all.empty()) return;
  verdict->blocking = all.front();
  for (size_t i = 1; i < all.size(); ++i) {
    const bool told = std::any_of(all.begin(), all.begin() + static_cast<ptrdiff_t>(i),
                                  [&](const Reason& r) { return r.code == all[i].code; });
    if (!told) verdict->also.push_back(all[i]);
  }
}

void Search::CollectRefused(ShareVerdict* verdict) const {
  for (const Flavor* flavor : flavors_) {
    for (const SelectedImage& image : images_) {
      const PairFit fit = CheckPair(*flavor, image.image(), query_);
      if (!fit.refused) continue;
      if (verdict->refused_pairs.size() == kMaxRefusedPairs) return;
      verdict->refused_pairs.push_back(ExplainPair(*flavor, image.image(), query_, *fit.refused));
    }
  }
}

Unknowns Search::UnknownsOf(const Pair& pair, const Plan& plan) const {
  Unknowns out = 0;
  const auto add = [&out](bool unknown, Unknown code) {
    if (unknown) out |= UnknownBit(code);
  };
  const Flavor& flavor = *pair.flavor;
  const Image& image = pair.image->image();
  add(share_.share().support == VoSupport::kUnknown, Unknown::kVoSupport);
  add((query_.vcpu_count.any() && !flavor.vcpu_count) ||
          (query_.ram_mib.any() && !flavor.ram_mib) || !flavor.disk_gib ||
          (query_.ephemeral_gib.any() && !flavor.ephemeral_gib),
      Unknown::kFlavorSize);
  add(flavor.arch.empty(), Unknown::kFlavorArch);
  add(image.arch.empty(), Unknown::kImageArch);
  add(!image.size_bytes && !image.virtual_size_bytes, Unknown::kImageSize);
  add((query_.gpu_count.any() && !flavor.gpu_count) ||
          (query_.gpu_memory_mib.any() && !flavor.gpu_memory_mib) ||
          (!query_.gpu_kind.empty() && flavor.gpu_kind.empty()),
      Unknown::kGpu);
  add(image.login_user.empty(), Unknown::kLoginUser);
  const NetworkPlan& network = *plan.plan;
  add(network.network != nullptr && network.network->attachable == Tristate::kUnknown,
      Unknown::kAttach);
  add(query_.public_v4 != AddressWish::kAny && network.public_v4 == Tristate::kUnknown,
      Unknown::kPublicV4);
  add(query_.public_v6 != AddressWish::kAny && network.public_v6 == Tristate::kUnknown,
      Unknown::kPublicV6);
  add(network.routers_unknown, Unknown::kRouters);
  add(pair.quota_unknown || plan.quota_unknown, Unknown::kQuota);
  return out;
}

Placement Search::MakePlacement(const Pair& pair, const Plan& plan) const {
  Placement out;
  out.share = &share_;
  out.flavor = pair.flavor;
  out.image = pair.image->indexed;
  out.plan = plan.plan;
  out.boot_volume_gib = pair.fit.boot_volume_gib;
  if (plan.plan->pool != nullptr) {
    out.floating_ip_quota_free = share_.quotas.Free(QuotaResource::kFloatingIps);
  }
  out.data_state = age_.state;
  out.observe_time = age_.observe_time;
  out.unknowns = UnknownsOf(pair, plan);
  ScorePlacement(context_, &out);
  return out;
}

// Remembers the first flavor and the first image if they do not go with what was taken.
void Search::AddPassedOver(const Pair& pair, Placement* placement) const {
  if (flavors_.front() != pair.flavor &&
      CheckPair(*flavors_.front(), pair.image->image(), query_).refused) {
    placement->smaller_flavor = flavors_.front();
  }
  if (&images_.front() != pair.image &&
      CheckPair(*pair.flavor, images_.front().image(), query_).refused) {
    placement->newer_image = &images_.front().image();
  }
}

void Search::AddAll(std::vector<Placement>* placements) const {
  std::vector<Plan> plans;
  for (const NetworkPlan* plan : plans_) {
    Plan checked{plan, false, std::nullopt};
    checked.quota = share_.quotas.Check(PlanNeeds(*plan, query_.count), &checked.quota_unknown);
    if (!checked.quota) plans.push_back(checked);
  }
  for (const Flavor* flavor : flavors_) {
    for (const SelectedImage& image : images_) {
      const Pair pair = CheckOne(*flavor, image);
      if (pair.fit.refused || pair.quota) continue;
      for (const Plan& plan : plans) placements->push_back(MakePlacement(pair, plan));
    }
  }
}

ShareVerdict Search::Run(std::vector<Placement>* placements) {
  ShareVerdict verdict;
  verdict.share = &share_;
  age_ = AgeOf(share_, context_);
  verdict.data_state = age_.state;
  verdict.observe_time = age_.observe_time;
  const std::vector<Reason> standing = CheckStanding(share_, context_);
  SelectCandidates();
  if (query_.explain) CollectRefused(&verdict);
  Pair pair;
  Plan plan;
  if (standing.empty() && FindPair(&pair) && FindPlan(&plan)) {
    verdict.fits = true;
    Placement best = MakePlacement(pair, plan);
    AddPassedOver(pair, &best);
    verdict.unknowns = best.unknowns;
    if (query_.all_combinations) {
      AddAll(placements);
    } else {
      placements->push_back(std::move(best));
    }
    return verdict;
  }
  if (share_.share().support == VoSupport::kUnknown) {
    verdict.unknowns |= UnknownBit(Unknown::kVoSupport);
  }
  if (!HasData(share_, Kind::kQuotas)) verdict.unknowns |= UnknownBit(Unknown::kQuota);
  Explain(standing, &verdict);
  return verdict;
}

bool Search::Fits() {
  if (!CheckStanding(share_, context_).empty()) return false;
  SelectCandidates();
  Pair pair;
  Plan plan;
  return FindPair(&pair) && FindPlan(&plan);
}

}  // namespace

SearchContext MakeSearchContext(const Snapshot& snapshot, const PlacementIndex& index,
                                const PlacementQuery& query, absl::Time now,
                                const FreshnessPolicy& policy,
                                std::vector<std::string>* unknown_sites) {
  SearchContext context;
  context.query = &query;
  context.index = &index;
  context.systems = FitSystems(index, query);
  context.now = now;
  context.policy = policy;
  context.today = absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone());
  context.has_site_filter = !query.sites.empty();
  const auto resolve = [&](const std::vector<std::string>& names,
                           std::vector<const SiteCatalog*>* out) {
    for (const std::string& name : names) {
      const SiteCatalog* site = FindSite(snapshot, name);
      if (site != nullptr) {
        out->push_back(site);
      } else if (unknown_sites != nullptr) {
        unknown_sites->push_back(name);
      }
    }
  };
  resolve(query.sites, &context.sites);
  resolve(query.excluded_sites, &context.excluded_sites);
  return context;
}

ShareVerdict SearchShare(const IndexedShare& share, const SearchContext& context,
                         SearchScratch* scratch, std::vector<Placement>* placements) {
  return Search(share, context, scratch).Run(placements);
}

std::optional<Reason> WhyNotShare(const IndexedShare& share, const SearchContext& context,
                                  SearchScratch* scratch) {
  std::vector<Placement> unused;
  return SearchShare(share, context, scratch, &unused).blocking;
}

bool ShareFits(const IndexedShare& share, const SearchContext& context, SearchScratch* scratch) {
  return Search(share, context, scratch).Fits();
}

}  // namespace cis
