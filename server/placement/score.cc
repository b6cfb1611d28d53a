// SPDX-License-Identifier: Apache-2.0
#include "server/placement/score.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schema/model/os_version.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/machine_needs.h"
#include "server/placement/share_standing.h"

namespace cis::server {
namespace {

double ConfidenceValue(Confidence confidence) {
  return static_cast<double>(confidence) / static_cast<double>(Confidence::kVerified);
}

bool AsksVersion(const PlacementQuery& query) {
  return std::any_of(query.os.begin(), query.os.end(), [](const OsRequirement& requirement) {
    return requirement.relation != OsRelation::kAny;
  });
}

Confidence OsConfidence(const IndexedImage& image, bool with_version) {
  return with_version ? std::min(image.distro_confidence, image.version_confidence)
                      : image.distro_confidence;
}

// Returns the least confidence of the facts that the placement depends on. Only what the request
// requires counts: if it does not require an operating system, a guess at the system does not make
// the placement a guess.
Confidence LeastConfidence(const Placement& p, const PlacementQuery& query) {
  Confidence least = Confidence::kVerified;
  const auto at_most = [&least](Confidence confidence) { least = std::min(least, confidence); };
  if (p.plan->kind != PlanKind::kNone) at_most(p.plan_confidence);
  at_most(p.boot.confidence);
  // Unknown facts that may prevent the machine from starting. (An unreported architecture and login
  // user have rules of their own.)
  constexpr Unknowns kMayStopIt =
      UnknownBit(Unknown::kImageSize) | UnknownBit(Unknown::kNetworkAttachable) |
      UnknownBit(Unknown::kRouters) | UnknownBit(Unknown::kQuota) | UnknownBit(Unknown::kHost) |
      UnknownBit(Unknown::kSecurityGroup) | UnknownBit(Unknown::kVolumeZone);
  if ((p.unknowns & kMayStopIt) != 0) at_most(Confidence::kProbable);
  if (p.share->share().support != VoSupport::kAuthenticated) at_most(Confidence::kProbable);
  if (!query.os.empty()) at_most(OsConfidence(*p.image, AsksVersion(query)));
  if (query.WantsGpu()) {
    at_most(p.flavor->provenance.Of("gpu_count"));
    if (!query.gpu_model.empty()) at_most(p.flavor->provenance.Of("gpu_model"));
    if ((p.unknowns & UnknownBit(Unknown::kGpu)) != 0) at_most(Confidence::kGuess);
  }
  constexpr Unknowns kArch = UnknownBit(Unknown::kFlavorArch) | UnknownBit(Unknown::kImageArch);
  const bool arch_matters =
      !query.arch.empty() || (!p.image->image->arch.empty() && p.image->image->arch != "x86_64");
  if (arch_matters && (p.unknowns & kArch) != 0) {
    at_most((p.unknowns & kArch) == kArch ? Confidence::kGuess : Confidence::kProbable);
  }
  if ((p.unknowns & UnknownBit(Unknown::kFlavorSize)) != 0) at_most(Confidence::kGuess);
  return least;
}

// Returns the fraction of one resource that is not used; 0 if nothing is requested.
double Waste(const std::optional<int64_t>& have, const std::optional<int64_t>& want) {
  if (!have || !want || *have <= 0) return 0;
  const double waste = static_cast<double>(*have - *want) / static_cast<double>(*have);
  return std::clamp(waste, 0.0, 1.0);
}

double FitPart(const Placement& p, const PlacementQuery& query) {
  if (!query.WantsGpu() && HasGpu(*p.flavor)) return 0;
  return 1.0 - (Waste(p.flavor->vcpu_count, query.vcpu_count.min) +
                Waste(p.flavor->ram_mib, query.ram_mib.min)) /
                   2.0;
}

double NetworkPart(const Placement& p) {
  return p.plan->kind == PlanKind::kNone ? 0 : ConfidenceValue(p.plan_confidence);
}

// Half for a known system, half for one that is still maintained.
double OsPart(const Placement& p, const std::string& today) {
  const Image& image = *p.image->image;
  double support = 0.5;
  if (!image.eol_date.empty()) support = image.eol_date >= today ? 1.0 : 0.0;
  return (ConfidenceValue(OsConfidence(*p.image, true)) + support) / 2.0;
}

// 1 while fresh, so that sites do not change places with every crawl; then decreasing to 0 at
// expiry.
double FreshnessPart(const Placement& p, const SearchContext& context) {
  const absl::Duration age = context.now - p.observe_time;
  const absl::Duration stale = context.policy.stale_after;
  const absl::Duration expire = context.policy.expire_after;
  if (age <= stale) return 1.0;
  if (age >= expire || expire <= stale) return 0.0;
  return 1.0 - absl::FDivDuration(age - stale, expire - stale);
}

// A site that announces a downtime is not judged by its last reads.
double HealthPart(const Placement& p) {
  if (p.downtime == nullptr) return p.share->health;
  return p.downtime->is_outage ? 0 : p.share->health / 2.0;
}

PlacementTier TierOfPlacement(const Placement& p) {
  if (p.plan->is_assumed) return PlacementTier::kAssumed;
  if (p.downtime != nullptr && p.downtime->is_outage) return PlacementTier::kDowntime;
  if (p.data_state != DataState::kFresh) return PlacementTier::kStale;
  if (p.plan->NeedsSteps() || p.boot_volume_gib) return PlacementTier::kNeedsSteps;
  return p.confidence >= Confidence::kStrong ? PlacementTier::kCertain : PlacementTier::kUncertain;
}

double PrimaryOf(const Placement& p, const PlacementQuery& query) {
  switch (query.order) {
    case PlacementOrder::kWaste:
      return 1.0 - p.parts[static_cast<size_t>(Criterion::kFit)];
    case PlacementOrder::kVcpuCount:
      return static_cast<double>(RankOf(p).vcpu_count);
    case PlacementOrder::kRamMib:
      return static_cast<double>(RankOf(p).ram_mib);
    case PlacementOrder::kFreshness:
      return -static_cast<double>(absl::ToUnixSeconds(p.observe_time));
    case PlacementOrder::kDefault:
    case PlacementOrder::kSite:
    case PlacementOrder::kOsVersion:
      return 0;
  }
  return 0;
}

// Compares by the chosen key only: less than, equal to or greater than zero.
int ComparePrimary(const PlacementKey& a, const PlacementKey& b, PlacementOrder order) {
  if (order == PlacementOrder::kSite) return a.site.compare(b.site);
  if (order == PlacementOrder::kOsVersion) {
    const int distro = a.os_distro.compare(b.os_distro);
    return distro != 0 ? distro : CompareOsVersions(a.os_distro, a.os_version, b.os_version);
  }
  return a.primary < b.primary ? -1 : (a.primary > b.primary ? 1 : 0);
}

}  // namespace

void ScorePlacement(const SearchContext& context, Placement* placement) {
  Placement& p = *placement;
  const PlacementQuery& query = *context.query;
  p.downtime = RunningDowntime(*p.share, context.now);
  p.confidence = LeastConfidence(p, query);
  p.tier = TierOfPlacement(p);
  p.parts = {FitPart(p, query), NetworkPart(p), OsPart(p, context.today), HealthPart(p),
             FreshnessPart(p, context)};
  p.score = 0;
  for (size_t i = 0; i < p.parts.size(); ++i) p.score += p.parts[i] * query.weights[i];
}

PlacementRank RankOf(const Placement& p) {
  PlacementRank rank;
  rank.tier = p.tier;
  rank.score = p.score;
  const auto add = [&rank](const Placement& one) {
    const Flavor& flavor = *one.flavor;
    rank.needs_steps =
        rank.needs_steps || one.plan->NeedsSteps() || one.boot_volume_gib.has_value();
    rank.gpu_count += static_cast<double>(one.count) * flavor.gpu_count.value_or(0);
    rank.vcpu_count += Times(flavor.vcpu_count.value_or(0), one.count);
    rank.ram_mib += Times(flavor.ram_mib.value_or(0), one.count);
    rank.disk_gib += Times(flavor.disk_gib.value_or(0), one.count);
  };
  if (p.groups.empty()) add(p);
  for (const Placement& group : p.groups) add(group);
  return rank;
}

int CompareRanks(const PlacementRank& a, const PlacementRank& b) {
  if (a.tier != b.tier) return a.tier < b.tier ? -1 : 1;
  if (a.score > b.score) return -1;
  if (a.score < b.score) return 1;
  const auto rest = [](const PlacementRank& r) {
    return std::tie(r.needs_steps, r.gpu_count, r.vcpu_count, r.ram_mib, r.disk_gib);
  };
  return rest(a) < rest(b) ? -1 : (rest(b) < rest(a) ? 1 : 0);
}

PlacementKey KeyOf(const Placement& p, const PlacementQuery& query) {
  const Share& share = p.share->share();
  PlacementKey key;
  key.primary = PrimaryOf(p, query);
  key.os_distro = p.image->image->os_distro;
  key.os_version = p.image->image->os_version;
  key.rank = RankOf(p);
  key.site = p.share->view.site->site.name;
  key.vo = share.vo;
  key.keystone_url = share.endpoint.keystone_url;
  key.region = share.endpoint.region;
  key.project_key = share.project_key;
  key.flavor_id = p.flavor->id;
  key.image_id = p.image->image->id;
  if (p.plan->network != nullptr) key.network_id = p.plan->network->id;
  if (p.plan->pool != nullptr) key.pool_id = p.plan->pool->id;
  if (p.plan->subnet != nullptr) key.subnet_id = *p.plan->subnet;
  if (p.plan->subnet_pool != nullptr) key.subnet_pool_id = p.plan->subnet_pool->id;
  key.zone = p.plan->zone;
  key.plan_kind = static_cast<int>(p.plan->kind);
  return key;
}

bool IsBefore(const PlacementKey& a, const PlacementKey& b, const PlacementQuery& query) {
  if (query.order != PlacementOrder::kDefault) {
    const int primary = ComparePrimary(a, b, query.order);
    if (primary != 0) return query.descending ? primary > 0 : primary < 0;
  } else if (query.descending) {
    return IsBefore(b, a, PlacementQuery());
  }
  if (const int rank = CompareRanks(a.rank, b.rank); rank != 0) return rank < 0;
  return std::tie(a.site, a.vo, a.keystone_url, a.region, a.project_key, a.flavor_id, a.image_id,
                  a.network_id, a.pool_id, a.subnet_id, a.subnet_pool_id, a.zone, a.plan_kind) <
         std::tie(b.site, b.vo, b.keystone_url, b.region, b.project_key, b.flavor_id, b.image_id,
                  b.network_id, b.pool_id, b.subnet_id, b.subnet_pool_id, b.zone, b.plan_kind);
}

std::vector<std::string> FormatPlacementKey(const PlacementKey& key) {
  // 17 digits give back the same double.
  const auto number = [](double value) { return absl::StrFormat("%.17g", value); };
  return {number(key.primary),
          std::string(key.os_distro),
          std::string(key.os_version),
          absl::StrCat(static_cast<int>(key.rank.tier)),
          number(key.rank.score),
          key.rank.needs_steps ? "1" : "0",
          number(key.rank.gpu_count),
          absl::StrCat(key.rank.vcpu_count),
          absl::StrCat(key.rank.ram_mib),
          absl::StrCat(key.rank.disk_gib),
          std::string(key.site),
          std::string(key.vo),
          std::string(key.keystone_url),
          std::string(key.region),
          std::string(key.project_key),
          std::string(key.flavor_id),
          std::string(key.image_id),
          std::string(key.network_id),
          std::string(key.pool_id),
          std::string(key.subnet_id),
          std::string(key.subnet_pool_id),
          std::string(key.zone),
          absl::StrCat(key.plan_kind)};
}

bool ParsePlacementKey(const std::vector<std::string>& parts, PlacementKey* key) {
  constexpr size_t kParts = 23;
  if (parts.size() != kParts) return false;
  int tier = 0;
  int needs_steps = 0;
  if (!absl::SimpleAtod(parts[0], &key->primary) || !absl::SimpleAtoi(parts[3], &tier) ||
      tier < 0 || tier >= kPlacementTierCount || !absl::SimpleAtod(parts[4], &key->rank.score) ||
      !absl::SimpleAtoi(parts[5], &needs_steps) ||
      !absl::SimpleAtod(parts[6], &key->rank.gpu_count) ||
      !absl::SimpleAtoi(parts[7], &key->rank.vcpu_count) ||
      !absl::SimpleAtoi(parts[8], &key->rank.ram_mib) ||
      !absl::SimpleAtoi(parts[9], &key->rank.disk_gib) ||
      !absl::SimpleAtoi(parts[22], &key->plan_kind)) {
    return false;
  }
  key->rank.tier = static_cast<PlacementTier>(tier);
  key->rank.needs_steps = needs_steps != 0;
  key->os_distro = parts[1];
  key->os_version = parts[2];
  key->site = parts[10];
  key->vo = parts[11];
  key->keystone_url = parts[12];
  key->region = parts[13];
  key->project_key = parts[14];
  key->flavor_id = parts[15];
  key->image_id = parts[16];
  key->network_id = parts[17];
  key->pool_id = parts[18];
  key->subnet_id = parts[19];
  key->subnet_pool_id = parts[20];
  key->zone = parts[21];
  return true;
}

}  // namespace cis::server
