// SPDX-License-Identifier: Apache-2.0
#include "server/placement/share_search.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <optional>
#include <utility>

#include "schema/model/known.h"
#include "server/placement/boot_choice.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/gpu_kinds.h"
#include "server/placement/machine_needs.h"
#include "server/placement/network_fit.h"
#include "server/placement/nova_rules.h"
#include "server/placement/score.h"

namespace cis::server {

void ShareSearch::Select(const IndexedShare& share) {
  share_ = &share;
  age_ = AgeOf(share, context_);
  candidates_.Select(share);
  SelectPlans(share.plans, query(), &plans_, &assumed_);
}

ShareSearch::Pair ShareSearch::CheckOne(const Flavor& flavor, const SelectedImage& image) const {
  Pair pair;
  pair.flavor = &flavor;
  pair.image = &image;
  pair.fit = CheckPair(flavor, image.image(), query());
  if (pair.fit.refused) return pair;
  const int64_t count = query().count;
  pair.quota = share_->quotas.Check(PairNeeds(flavor, pair.fit, count), &pair.quota_unknown);
  const VolumeNeeds volumes = VolumeNeedsOf(pair.fit, count);
  if (!pair.quota && volumes.count > 0) {
    pair.quota = ChooseVolumeType(share_->boot, share_->quotas, volumes, &pair.volume_type,
                                  &pair.quota_unknown);
  }
  if (!pair.quota) pair.quota = CheckZone(share_->boot.compute, query().zone);
  return pair;
}

// Returns how much of the request is only assumed of the two; 0 = nothing. Known facts come before
// unknown ones: of the GPU's kind, then of the architecture. A test image comes after all of these
// where one of them is requested, and a guess at an unusual architecture comes last.
int ShareSearch::DoubtOf(const Flavor& flavor, const SelectedImage& image) const {
  constexpr int kAssumedKind = 3;
  constexpr int kTestImage = 2 * kAssumedKind;
  constexpr int kArchGuess = 2 * kTestImage;
  int doubt = 0;
  if (!query().arch.empty()) {
    doubt += (flavor.arch.empty() ? 1 : 0) + (image.image().arch.empty() ? 1 : 0);
  } else if (IsArchGuess(flavor, image.image())) {
    doubt += kArchGuess;
  }
  if (IsGpuKindAssumed(flavor, query().gpu_kind)) doubt += kAssumedKind;
  const bool asks = !query().arch.empty() || !query().gpu_kind.empty();
  if (asks && image.tier == ImageTier::kTestOnly) doubt += kTestImage;
  return doubt;
}

template <typename Enters, typename Visit>
void ShareSearch::WalkPairs(Enters enters, Visit visit) const {
  constexpr int kNone = INT_MAX;
  const std::vector<SelectedImage>& images = candidates_.images();
  for (int doubt = 0, next = kNone; doubt != kNone; doubt = next, next = kNone) {
    for (size_t begin = 0, end = 0; begin < images.size(); begin = end) {
      while (end < images.size() && images[end].tier == images[begin].tier) ++end;
      for (const Flavor* flavor : candidates_.flavors()) {
        if (!enters(*flavor)) continue;
        for (size_t i = begin; i < end; ++i) {
          if (!MayCompare(1)) return;
          if (const int of_pair = DoubtOf(*flavor, images[i]); of_pair != doubt) {
            if (of_pair > doubt) next = std::min(next, of_pair);
            continue;
          }
          const Walk then = visit(*flavor, images[i]);
          if (then == Walk::kEnd) return;
          if (then == Walk::kNextFlavor) break;
        }
      }
    }
  }
}

bool ShareSearch::FindPair(Pair* found) const {
  bool is_found = false;
  WalkPairs(
      [this](const Flavor& flavor) {
        return share_->quotas.Allows(FlavorNeeds(flavor, query().count));
      },
      [&](const Flavor& flavor, const SelectedImage& image) {
        *found = CheckOne(flavor, image);
        is_found = !found->fit.refused && !found->quota;
        return is_found ? Walk::kEnd : Walk::kOn;
      });
  return is_found;
}

std::optional<ShareSearch::Choice> ShareSearch::FirstChoice() {
  Choice out;
  if (!FindPair(&out.pair)) return std::nullopt;
  out.needs = PairNeeds(*out.pair.flavor, out.pair.fit, query().count);
  // As ChooseVolumeType leaves the type to the site if every type allows the volumes.
  out.is_of_any_type = out.pair.volume_type == nullptr;
  return out;
}

namespace {

// Whether `a` is always allowed if `b` is.
bool IsNoMore(const ShareSearch::Choice& a, const ShareSearch::Choice& b) {
  for (size_t i = 0; i < a.needs.size(); ++i) {
    if (a.needs[i] > b.needs[i]) return false;
  }
  if (a.needs[static_cast<size_t>(QuotaResource::kVolumes)] == 0) return true;
  return b.is_of_any_type || (!a.is_of_any_type && a.pair.volume_type == b.pair.volume_type);
}

bool IsCovered(const ShareSearch::Choice& choice, const std::vector<ShareSearch::Choice>& by) {
  return std::any_of(by.begin(), by.end(), [&choice](const ShareSearch::Choice& other) {
    return IsNoMore(other, choice);
  });
}

}  // namespace

std::optional<Reason> ShareSearch::AddChoices(const Flavor& flavor, const SelectedImage& image,
                                              std::vector<Choice>* out) const {
  Choice choice;
  Pair& pair = choice.pair;
  pair.flavor = &flavor;
  pair.image = &image;
  pair.fit = CheckPair(flavor, image.image(), query());
  if (pair.fit.refused) return std::nullopt;
  choice.needs = PairNeeds(flavor, pair.fit, query().count);
  share_->quotas.Check(choice.needs, &pair.quota_unknown);
  const VolumeNeeds volumes = VolumeNeedsOf(pair.fit, query().count);
  std::vector<const VolumeType*> types;
  if (volumes.count > 0) {
    std::optional<Reason> refused;
    types = VolumeTypesFor(share_->boot, share_->quotas, volumes, &refused, &pair.quota_unknown);
    if (refused) return refused;
  }
  // The site's default is not known: it may be any type.
  choice.is_of_any_type = !types.empty() && !types.front()->is_default && types.size() > 1 &&
                          types.size() == share_->boot.volume_types.size();
  const auto add = [out](const Choice& one) {
    if (!IsCovered(one, *out)) out->push_back(one);
  };
  if (types.empty() || choice.is_of_any_type) add(choice);
  choice.is_of_any_type = false;
  for (const VolumeType* type : types) {
    pair.volume_type = type;
    add(choice);
  }
  return std::nullopt;
}

std::vector<ShareSearch::Choice> ShareSearch::Choices() {
  std::vector<Choice> out;
  choice_refused_ = CheckZone(share_->boot.compute, query().zone);
  if (choice_refused_) return out;
  // No choice with the flavor can add anything.
  const auto is_covered = [&](const Flavor& flavor) {
    Choice least;
    least.needs = FlavorNeeds(flavor, query().count);
    return IsCovered(least, out);
  };
  WalkPairs([&](const Flavor& flavor) { return !is_covered(flavor); },
            [&](const Flavor& flavor, const SelectedImage& image) {
              const std::optional<Reason> refused = AddChoices(flavor, image, &out);
              if (refused && !choice_refused_) choice_refused_ = refused;
              return is_covered(flavor) ? Walk::kNextFlavor : Walk::kOn;
            });
  if (!out.empty()) choice_refused_.reset();
  return out;
}

QuotaNeeds ShareSearch::LeastNeeds() const {
  const int64_t count = query().count;
  QuotaNeeds least{};
  Need(least, QuotaResource::kInstances) = count;
  const std::vector<const Flavor*>& flavors = candidates_.flavors();
  if (flavors.empty()) {
    Need(least, QuotaResource::kCores) = Times(query().vcpu_count.min.value_or(0), count);
    Need(least, QuotaResource::kRamMib) = Times(query().ram_mib.min.value_or(0), count);
    return least;
  }
  least = FlavorNeeds(*flavors.front(), count);
  for (const Flavor* flavor : flavors) {
    const QuotaNeeds needs = FlavorNeeds(*flavor, count);
    for (size_t i = 0; i < needs.size(); ++i) least[i] = std::min(least[i], needs[i]);
  }
  return least;
}

ShareSearch::Plan ShareSearch::CheckPlan(const NetworkPlan& plan) const {
  Plan out;
  out.plan = &plan;
  out.refused = CheckRoom(plan, query().count);
  if (!out.refused) {
    out.refused = share_->quotas.Check(PlanNeeds(plan, query().count), &out.quota_unknown);
  }
  return out;
}

bool ShareSearch::FindPlanOf(const std::vector<const NetworkPlan*>& plans, Plan* found) const {
  for (const NetworkPlan* plan : plans) {
    *found = CheckPlan(*plan);
    if (!found->refused) return true;
  }
  return false;
}

// Returns why no pair that fits may be started; nothing if one may, or if none fits.
std::optional<Reason> ShareSearch::PairQuota() const {
  std::optional<Reason> first;
  for (const Flavor* flavor : candidates_.flavors()) {
    const bool refused_for_all = !share_->quotas.Allows(FlavorNeeds(*flavor, query().count));
    if (refused_for_all && first) continue;
    for (const SelectedImage& image : candidates_.images()) {
      if (!MayCompare(1)) return first;
      const Pair pair = CheckOne(*flavor, image);
      if (pair.fit.refused) continue;
      if (!pair.quota) return std::nullopt;
      if (!first) {
        first = pair.quota;
        if (first->quota) first->needed_by = flavor;
      }
      if (refused_for_all) break;
    }
  }
  if (first || !candidates_.flavors().empty()) return first;
  // No flavor fits; the requested machine may need more than the project could ever have.
  bool unknown = false;
  return share_->quotas.Check(LeastNeeds(), &unknown);
}

// Returns why no plan may be used; nothing if one may. A quota comes before addresses: if a quota
// is the only obstacle for some plan, it must change. For addresses, reports the most that are
// left.
std::optional<Reason> ShareSearch::PlanRefusal() const {
  std::optional<Reason> quota;
  std::optional<Reason> room;
  for (const NetworkPlan* plan : plans_) {
    const std::optional<Reason> reason = CheckPlan(*plan).refused;
    if (!reason) return std::nullopt;
    if (reason->code != ReasonCode::kNetTooFewAddresses) {
      if (!quota) quota = reason;
    } else if (!room || reason->best > room->best) {
      room = reason;
    }
  }
  return quota ? quota : room;
}

// Remembers what alone excludes a flavor or an image, if nothing else may be wrong.
void ShareSearch::AddNearMisses(const std::vector<Reason>& reasons) {
  Fields answers = ~Fields{0};
  for (const Reason& reason : reasons) answers &= AnsweredBy(reason);
  if ((answers & kMachineFields) != 0) candidates_.AddNewFlavorNearMisses(&near_misses_);
  if ((answers & kImageFields) != 0) candidates_.AddNewImageNearMisses(&near_misses_);
}

std::vector<Reason> ShareSearch::WhyNothingFits() {
  constexpr size_t kUsual = 4;
  std::vector<Reason> all;
  all.reserve(kUsual);
  const auto append = [&all](const std::vector<Reason>& reasons) {
    all.insert(all.end(), reasons.begin(), reasons.end());
  };
  // Data that was never read gives no reasons of its own: DATA_MISSING covers it.
  const bool has_flavors = HasData(*share_, Kind::kFlavors);
  const bool has_images = HasData(*share_, Kind::kImages);
  const bool no_flavor = candidates_.flavors().empty();
  const bool no_image = candidates_.images().empty();
  if (no_flavor && has_flavors) append(candidates_.FlavorReasons());
  if (no_image && has_images) {
    append(candidates_.ImageReasons());
    for (Reason& reason : all) {
      if (reason.code == ReasonCode::kImageNotFound) reason.kind = share_->kind(Kind::kImages);
    }
  }
  if (!no_flavor && !no_image) {
    if (const std::optional<Reason>& pair = candidates_.NearestPair()) all.push_back(*pair);
  }
  if (plans_.empty() && HasData(*share_, Kind::kNetworks)) {
    append(ExplainNetworks(*share_, query()));
  }
  return all;
}

// Returns every reason that excludes the share, in the order of the stages, each code once.
std::vector<Reason> ShareSearch::Explain(std::vector<Reason> standing) {
  std::vector<Reason> all = std::move(standing);
  const std::vector<Reason> unfit = WhyNothingFits();
  all.insert(all.end(), unfit.begin(), unfit.end());
  if (HasData(*share_, Kind::kFlavors) && HasData(*share_, Kind::kImages)) {
    if (const std::optional<Reason> quota = PairQuota()) all.push_back(*quota);
  }
  const std::optional<Reason> plan = PlanRefusal();
  if (plan) {
    // In the order of the stages.
    const auto later = std::find_if(all.begin(), all.end(), [&plan](const Reason& r) {
      return StageOf(r.code) > StageOf(plan->code);
    });
    all.insert(later, *plan);
  }
  DropRepeated(&all);
  AddNearMisses(all);
  return all;
}

// The stage of the first of the reasons that Explain would give.
Stage ShareSearch::BlockedAt(const std::vector<Reason>& standing) {
  if (!standing.empty()) return StageOf(standing.front().code);
  if (candidates_.flavors().empty()) return Stage::kFlavor;
  if (candidates_.images().empty()) return Stage::kImage;
  if (candidates_.NearestPair()) return Stage::kPair;
  if (plans_.empty()) return Stage::kNetwork;
  const std::optional<Reason> plan = PlanRefusal();
  return plan ? StageOf(plan->code) : Stage::kQuota;
}

ShareDetails ShareSearch::Details(const IndexedShare& share) {
  ShareDetails out;
  Select(share);
  for (const Flavor* flavor : candidates_.flavors()) {
    for (const SelectedImage& image : candidates_.images()) {
      if (out.refused_pairs.size() == kMaxRefusedPairs || !MayCompare(1)) break;
      const PairFit fit = CheckPair(*flavor, image.image(), query());
      if (!fit.refused) continue;
      out.refused_pairs.push_back(ExplainPair(*flavor, image.image(), query(), *fit.refused));
    }
  }
  candidates_.AddNearest(kMaxNearMisses, &out.near_misses);
  return out;
}

Unknowns ShareSearch::UnknownsOf(const Pair& pair, const Plan& plan) const {
  Unknowns out = 0;
  const auto add = [&out](bool unknown, Unknown code) {
    if (unknown) out |= UnknownBit(code);
  };
  const Flavor& flavor = *pair.flavor;
  const Image& image = pair.image->image();
  add(share_->share().support == VoSupport::kUnknown, Unknown::kVoSupport);
  add((query().vcpu_count.any() && !flavor.vcpu_count) ||
          (query().ram_mib.any() && !flavor.ram_mib) || !flavor.disk_gib ||
          (query().ephemeral_gib.any() && !flavor.ephemeral_gib),
      Unknown::kFlavorSize);
  add(flavor.arch.empty(), Unknown::kFlavorArch);
  add(image.arch.empty(), Unknown::kImageArch);
  add(!image.size_bytes && !image.virtual_size_bytes, Unknown::kImageSize);
  add((query().gpu_count.any() && !flavor.gpu_count) ||
          (query().gpu_memory_mib.any() && !flavor.gpu_memory_mib) ||
          (query().total_gpu_memory_mib.any() && !TotalGpuMemoryMib(flavor)) ||
          (!query().gpu_kind.empty() && flavor.gpu_kind.empty()),
      Unknown::kGpu);
  add(image.login_user.empty(), Unknown::kLoginUser);
  add(AsksForOtherHost(flavor, image), Unknown::kHost);
  const NetworkPlan& network = *plan.plan;
  add(network.network != nullptr && !IsKnown(network.network->attachable),
      Unknown::kNetworkAttachable);
  add(query().public_v4 != AddressWish::kAny && !IsKnown(network.public_v4), Unknown::kPublicV4);
  add(query().public_v6 != AddressWish::kAny && !IsKnown(network.public_v6), Unknown::kPublicV6);
  add(network.routers_unknown, Unknown::kRouters);
  add(query().public_v4 == AddressWish::kRequired &&
          share_->quotas.Free("security_groups") == std::optional<int64_t>(0),
      Unknown::kSecurityGroup);
  add(pair.quota_unknown || plan.quota_unknown, Unknown::kQuota);
  return out;
}

// Returns the plan with what MakePlacement needs to know, if no other machines use it.
ShareSearch::Plan ShareSearch::Settled(Plan plan) const {
  plan.confidence = ConfidenceOf(*plan.plan, UseOf(*plan.plan, query().count), share_->quotas);
  plan.fallbacks = FallbacksOf(*plan.plan, query().count, plans_, share_->quotas);
  return plan;
}

// `wants_passed_over`: remembers the first flavor and the first image if they do not fit the chosen
// ones.
Placement ShareSearch::MakePlacement(const Pair& pair, Plan plan, bool wants_passed_over) const {
  Placement out;
  out.share = share_;
  out.flavor = pair.flavor;
  out.image = pair.image->indexed;
  out.plan = plan.plan;
  out.plan_confidence = plan.confidence;
  out.fallbacks = std::move(plan.fallbacks);
  out.boot_volume_gib = pair.fit.boot_volume_gib;
  const bool has_volume = VolumeNeedsOf(pair.fit, query().count).count > 0;
  const std::string& zone = plan.plan->zone.empty() ? query().zone : plan.plan->zone;
  out.boot = ChooseZones(share_->boot, *pair.flavor, zone, has_volume, pair.volume_type);
  if (plan.plan->UsesFloatingIp()) {
    out.floating_ip_quota_free = share_->quotas.Free(QuotaResource::kFloatingIps);
  }
  out.data_state = age_.state;
  out.observe_time = age_.observe_time;
  out.unknowns = UnknownsOf(pair, plan);
  if (has_volume && out.boot.confidence < Confidence::kStrong && out.boot.volume_type.empty()) {
    out.unknowns |= UnknownBit(Unknown::kVolumeZone);
  }
  ScorePlacement(context_, &out);
  if (!wants_passed_over) return out;
  const Flavor* first_flavor = candidates_.flavors().front();
  const SelectedImage& first_image = candidates_.images().front();
  if (first_flavor != pair.flavor &&
      CheckPair(*first_flavor, pair.image->image(), query()).refused) {
    out.smaller_flavor = first_flavor;
  }
  if (&first_image != pair.image && CheckPair(*pair.flavor, first_image.image(), query()).refused) {
    out.newer_image = &first_image.image();
  }
  return out;
}

void ShareSearch::AddAll(PlacementList* placements) const {
  std::vector<Plan> plans;
  for (const auto* list : {&plans_, &assumed_}) {
    for (const NetworkPlan* plan : *list) {
      Plan checked = CheckPlan(*plan);
      if (!checked.refused) plans.push_back(Settled(std::move(checked)));
    }
  }
  // What remains if nothing else is possible: no network at all, and, unless it is requested, a new
  // private network.
  const auto drop_if_others = [&plans](PlanKind kind) {
    const auto is_of_kind = [kind](const Plan& plan) { return plan.plan->kind == kind; };
    if (std::all_of(plans.begin(), plans.end(), is_of_kind)) return;
    plans.erase(std::remove_if(plans.begin(), plans.end(), is_of_kind), plans.end());
  };
  drop_if_others(PlanKind::kNone);
  if (query().public_v4 != AddressWish::kNone) drop_if_others(PlanKind::kPrivateNeedsNetwork);
  for (const Flavor* flavor : candidates_.flavors()) {
    for (const SelectedImage& image : candidates_.images()) {
      if (!MayCompare(1)) return;
      const Pair pair = CheckOne(*flavor, image);
      if (pair.fit.refused || pair.quota) continue;
      if (!MayMake(plans.size())) return;
      for (const Plan& plan : plans) placements->Add(MakePlacement(pair, plan, false));
    }
  }
}

ShareVerdict ShareSearch::Find(const IndexedShare& share, PlacementList* placements,
                               Wanted wanted) {
  ShareVerdict verdict;
  verdict.share = &share;
  Select(share);
  verdict.data_state = age_.state;
  verdict.observe_time = age_.observe_time;
  std::vector<Reason> standing = CheckStanding(share, age_, context_);
  Pair pair;
  Plan plan;
  const bool has_pair = standing.empty() && FindPair(&pair);
  verdict.fits = has_pair && FindPlanOf(plans_, &plan);
  const bool is_wanted =
      verdict.fits ? wanted != Wanted::kAssumed
                   : wanted != Wanted::kCertain && has_pair && FindPlanOf(assumed_, &plan);
  if (is_wanted) {
    if (query().all_combinations) {
      verdict.unknowns = UnknownsOf(pair, plan);
      AddAll(placements);
    } else {
      Placement placement = MakePlacement(pair, Settled(std::move(plan)), true);
      verdict.unknowns = placement.unknowns;
      placements->Add(std::move(placement));
    }
  }
  if (verdict.fits) return verdict;
  verdict.unknowns |= UnknownsOfShare(share);
  if (explains_) {
    verdict.reasons = Explain(std::move(standing));
    // There is always one, unless the request has no work left.
    if (!verdict.reasons.empty()) verdict.blocked_at = StageOf(verdict.reasons.front().code);
  } else {
    verdict.blocked_at = BlockedAt(standing);
  }
  return verdict;
}

bool ShareSearch::Fits(const IndexedShare& share, Fields changed) {
  share_ = &share;
  if ((changed & (kSiteFields | kAgeFields)) != 0 &&
      !CheckStanding(share, AgeOf(share, context_), context_).empty()) {
    return false;
  }
  if ((changed & (kMachineFields | kImageFields | kCountFields)) != 0) {
    candidates_.Select(share);
    Pair pair;
    if (!FindPair(&pair)) return false;
  }
  if ((changed & (kNetworkFields | kCountFields)) != 0) {
    SelectPlans(share.plans, query(), &plans_, &assumed_);
    Plan plan;
    if (!FindPlanOf(plans_, &plan)) return false;
  }
  return true;
}

}  // namespace cis::server
