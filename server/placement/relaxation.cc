#include "server/placement/relaxation.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/placement/share_search.h"

namespace cis {
namespace {

// Keeps the answer to one screen.
constexpr size_t kMaxSites = 20;
constexpr size_t kMaxRelaxations = 12;
// Changes that are told together, and ways that are tried, when no single change helps.
constexpr int64_t kMaxTogether = 8;
constexpr size_t kMaxCombinations = 30;

// One change: how to tell it and how to make it. `order` is by field, then by the size of the
// change.
struct Change {
  std::string change;
  std::string field;
  std::string value;
  int64_t size = 0;  // of the change within its field; smaller is tried first
  std::function<void(PlacementQuery*)> apply;
};

Change Unset(const std::string& flag, std::string field,
             std::function<void(PlacementQuery*)> apply) {
  return {absl::StrCat("without ", flag), std::move(field), "", INT64_MAX, std::move(apply)};
}

// "2", "2..4" or "..4", each number with the unit.
std::string FormatRange(const Int64Bounds& bounds, absl::string_view unit) {
  std::string min = bounds.min ? absl::StrCat(*bounds.min, unit) : "";
  if (!bounds.max) return min;
  return absl::StrCat(min, "..", *bounds.max, unit);
}

// A lower bound lowered, or an upper bound raised, to what the share has.
Change SetBound(const Reason& reason, const PlacementQuery& query, absl::string_view flag,
                absl::string_view unit, absl::string_view field, bool upper,
                Int64Bounds PlacementQuery::*bounds) {
  const int64_t value = *reason.best;
  Int64Bounds changed = query.*bounds;
  (upper ? changed.max : changed.min) = value;
  Change change;
  change.change = absl::StrCat(flag, " ", FormatRange(changed, unit));
  change.field = absl::StrCat("machine.", field, upper ? ".max" : ".min");
  change.value = absl::StrCat(value);
  change.size = upper ? value - reason.want.value_or(value) : reason.want.value_or(value) - value;
  change.apply = [bounds, changed](PlacementQuery* q) { q->*bounds = changed; };
  return change;
}

// Requests that keep all alternatives but lower the one that the image nearly satisfies.
Change LowerOs(const Reason& reason, const PlacementQuery& query) {
  const Image& image = *reason.image;
  std::vector<OsRequirement> changed = query.os;
  for (OsRequirement& requirement : changed) {
    const OsMatch match = MatchOs(requirement, image);
    if (match == OsMatch::kOtherDistro || match == OsMatch::kMatch) continue;
    if (match == OsMatch::kVersionUnknown || image.os_version.empty()) {
      requirement.relation = OsRelation::kAny;
      requirement.version.clear();
    } else {
      const bool at_least = match == OsMatch::kTooOld;
      const bool at_most = match == OsMatch::kTooNew;
      requirement.relation = at_least  ? OsRelation::kAtLeast
                             : at_most ? OsRelation::kAtMost
                                       : OsRelation::kIs;
      requirement.version = image.os_version;
    }
    requirement.codename.clear();
  }
  Change change;
  std::vector<std::string> texts;
  for (const OsRequirement& requirement : changed) {
    texts.push_back(FormatOsRequirement(requirement));
  }
  change.value = absl::StrJoin(texts, ",");
  change.change = absl::StrCat("--os '", absl::StrJoin(texts, "' --os '"), "'");
  change.field = "image.os";
  change.apply = [changed](PlacementQuery* q) { q->os = changed; };
  return change;
}

// Each wish for the network dropped, the one that the reason speaks of first: they may fail
// together only, and any may cost a quota.
std::vector<Change> NetworkChanges(const Reason& reason, const PlacementQuery& query) {
  using Q = PlacementQuery;
  std::vector<Change> out;
  const auto add = [&](bool asked, const char* flag, const char* field, auto apply) {
    if (asked) out.push_back(Unset(flag, field, apply));
  };
  add(!query.network.empty(), "--network", "network.network", [](Q* q) { q->network.clear(); });
  add(query.public_v4 == AddressWish::kRequired, "--public-ip", "network.public_v4",
      [](Q* q) { q->public_v4 = AddressWish::kAny; });
  const bool no_v4 = query.public_v4 == AddressWish::kNone;
  const bool no_v6 = query.public_v6 == AddressWish::kNone;
  // One flag asks for both.
  add(no_v4, "--no-public-ip", no_v6 ? "network.public_v4,network.public_v6" : "network.public_v4",
      [no_v6](Q* q) {
        q->public_v4 = AddressWish::kAny;
        if (no_v6) q->public_v6 = AddressWish::kAny;
      });
  add(query.public_v6 == AddressWish::kRequired, "--ipv6", "network.public_v6",
      [](Q* q) { q->public_v6 = AddressWish::kAny; });
  add(no_v6 && !no_v4, "--no-ipv6", "network.public_v6",
      [](Q* q) { q->public_v6 = AddressWish::kAny; });
  if (reason.code == ReasonCode::kNetNoPublicV6 || reason.code == ReasonCode::kNetNotBothFamilies) {
    std::reverse(out.begin(), out.end());
  }
  return out;
}

std::vector<Change> QuotaChanges(const Reason& reason, const PlacementQuery& query) {
  std::vector<Change> out;
  if (query.count > 1) {
    out.push_back(
        {"--count 1", "count", "1", query.count, [](PlacementQuery* q) { q->count = 1; }});
    if (reason.want && reason.best && *reason.want > 0) {
      // What each machine takes an equal part of, and what is taken one by one: the second tells
      // of floating IPs, of which some are there already.
      for (const int64_t less : {query.count * *reason.best / *reason.want,
                                 query.count - (*reason.want - *reason.best)}) {
        if (less <= 1 || less >= query.count) continue;
        out.push_back({absl::StrCat("--count ", less), "count", absl::StrCat(less),
                       query.count - less, [less](PlacementQuery* q) { q->count = less; }});
      }
    }
  }
  if ((AnsweredBy(reason.code) & kNetworkFields) != 0) {
    for (Change& change : NetworkChanges(reason, query)) out.push_back(std::move(change));
  }
  return out;
}

// All wishes about GPUs dropped together: none makes sense without the others.
Change WithoutGpu(const PlacementQuery& query) {
  std::vector<std::string> flags;
  std::vector<std::string> fields;
  const auto add = [&](bool asked, const char* flag, const char* field) {
    if (!asked) return;
    flags.emplace_back(flag);
    fields.emplace_back(field);
  };
  add(query.gpu_count.any(), "--gpus", "machine.gpu_count");
  add(!query.gpu_vendor.empty(), "--gpu-vendor", "machine.gpu_vendor");
  add(!query.gpu_model.empty(), "--gpu-model", "machine.gpu_model");
  add(!query.gpu_kind.empty(), "--gpu-kind", "machine.gpu_kind");
  add(query.gpu_memory_mib.any(), "--gpu-memory", "machine.gpu_memory_mib");
  return Unset(absl::StrJoin(flags, " "), absl::StrJoin(fields, ","), [](PlacementQuery* q) {
    q->gpu_count = {};
    q->gpu_model.clear();
    q->gpu_vendor.clear();
    q->gpu_kind.clear();
    q->gpu_memory_mib = {};
  });
}

// The changes that answer the reason that blocks a share.
std::vector<Change> ChangesFor(const Reason& reason, const PlacementQuery& query) {
  using Q = PlacementQuery;
  const bool lowers = reason.best.has_value();
  switch (reason.code) {
    case ReasonCode::kSiteNotSelected:
      return {Unset("--site", "sites", [](Q* q) { q->sites.clear(); })};
    case ReasonCode::kSiteExcluded:
      return {Unset("--not-site", "excluded_sites", [](Q* q) { q->excluded_sites.clear(); })};
    case ReasonCode::kCountryNotSelected:
      return {Unset("--country", "countries", [](Q* q) { q->countries.clear(); })};
    case ReasonCode::kCountryExcluded:
      return {Unset("--not-country", "excluded_countries",
                    [](Q* q) { q->excluded_countries.clear(); })};
    case ReasonCode::kDataStale:
      return {Unset("--max-age", "max_age", [](Q* q) { q->max_age.reset(); })};
    case ReasonCode::kFlavorNameMismatch:
      return {Unset("--flavor", "machine.flavors", [](Q* q) { q->flavor_globs.clear(); })};
    case ReasonCode::kFlavorExcluded:
      return {Unset("--not-flavor", "machine.excluded_flavors",
                    [](Q* q) { q->excluded_flavor_globs.clear(); })};
    case ReasonCode::kImageNameMismatch:
      return {Unset("--image-name", "image.images", [](Q* q) { q->image_globs.clear(); })};
    case ReasonCode::kImageExcluded:
      return {Unset("--not-image", "image.excluded_images",
                    [](Q* q) { q->excluded_image_globs.clear(); })};
    case ReasonCode::kGpuKindMismatch:
      return {Unset("--gpu-kind", "machine.gpu_kind", [](Q* q) { q->gpu_kind.clear(); })};
    case ReasonCode::kGpuMemoryTooSmall:
      if (!lowers) return {};
      return {SetBound(reason, query, "--gpu-memory", "M", "gpu_memory_mib", false,
                       &Q::gpu_memory_mib)};
    case ReasonCode::kGpuMemoryTooLarge:
      if (!lowers) return {};
      return {
          SetBound(reason, query, "--gpu-memory", "M", "gpu_memory_mib", true, &Q::gpu_memory_mib)};
    case ReasonCode::kCpuAllocMismatch:
      return {Unset("--cpu-alloc", "machine.cpu_alloc", [](Q* q) { q->cpu_alloc.clear(); })};
    case ReasonCode::kCpuTooSmall:
      if (!lowers) return {};
      return {SetBound(reason, query, "--vcpus", "", "vcpu_count", false, &Q::vcpu_count)};
    case ReasonCode::kCpuTooLarge:
      if (!lowers) return {};
      return {SetBound(reason, query, "--vcpus", "", "vcpu_count", true, &Q::vcpu_count)};
    case ReasonCode::kRamTooSmall:
      if (!lowers) return {};
      return {SetBound(reason, query, "--ram", "M", "ram_mib", false, &Q::ram_mib)};
    case ReasonCode::kRamTooLarge:
      if (!lowers) return {};
      return {SetBound(reason, query, "--ram", "M", "ram_mib", true, &Q::ram_mib)};
    case ReasonCode::kDiskTooSmall:
      if (!lowers) return {};
      return {SetBound(reason, query, "--disk", "G", "disk_gib", false, &Q::disk_gib)};
    case ReasonCode::kDiskTooLarge:
    case ReasonCode::kBootVolumeTooLarge:
      if (!lowers) return {};
      return {SetBound(reason, query, "--disk", "G", "disk_gib", true, &Q::disk_gib)};
    case ReasonCode::kEphemeralTooSmall:
      if (!lowers) return {};
      return {
          SetBound(reason, query, "--ephemeral", "G", "ephemeral_gib", false, &Q::ephemeral_gib)};
    case ReasonCode::kFlavorVolumeOnly:
      return {{"with boot from a volume", "machine.allow_boot_from_volume", "true", 0,
               [](Q* q) { q->allow_boot_from_volume = true; }}};
    case ReasonCode::kGpuNone:
    case ReasonCode::kGpuNotKnown:
      return {WithoutGpu(query)};
    case ReasonCode::kGpuCountTooSmall:
      if (!lowers) return {};
      return {SetBound(reason, query, "--gpus", "", "gpu_count", false, &Q::gpu_count)};
    case ReasonCode::kGpuCountTooLarge:
      if (!lowers) return {};
      return {SetBound(reason, query, "--gpus", "", "gpu_count", true, &Q::gpu_count)};
    case ReasonCode::kEphemeralTooLarge:
      if (!lowers) return {};
      return {
          SetBound(reason, query, "--ephemeral", "G", "ephemeral_gib", true, &Q::ephemeral_gib)};
    case ReasonCode::kGpuVendorMismatch:
      return {Unset("--gpu-vendor", "machine.gpu_vendor", [](Q* q) { q->gpu_vendor.clear(); })};
    case ReasonCode::kGpuModelMismatch:
      return {Unset("--gpu-model", "machine.gpu_model", [](Q* q) { q->gpu_model.clear(); })};
    case ReasonCode::kArchMismatch:
    case ReasonCode::kImageArchMismatch:
      return {Unset("--arch", "machine.arch", [](Q* q) { q->arch.clear(); })};
    case ReasonCode::kImageNotFound:
      return {Unset("--image", "image.image", [](Q* q) { q->image.clear(); })};
    case ReasonCode::kOsNotFound:
      return {Unset("--os", "image.os", [](Q* q) { q->os.clear(); })};
    case ReasonCode::kOsVersionUnknown:
    case ReasonCode::kOsVersionTooOld:
    case ReasonCode::kOsVersionTooNew:
    case ReasonCode::kOsVersionMismatch: {
      std::vector<Change> out;
      if (reason.image != nullptr) out.push_back(LowerOs(reason, query));
      out.push_back(Unset("--os", "image.os", [](Q* q) { q->os.clear(); }));
      return out;
    }
    default:
      if (reason.code == ReasonCode::kNetTooFewAddresses) return QuotaChanges(reason, query);
      if (StageOf(reason.code) == Stage::kNetwork) return NetworkChanges(reason, query);
      if (StageOf(reason.code) == Stage::kQuota) return QuotaChanges(reason, query);
      return {};
  }
}

SearchContext WithQuery(const SearchContext& context, const PlacementQuery& query) {
  SearchContext out = context;
  out.query = &query;
  if (query.os != context.query->os) out.systems = FitSystems(*context.index, query);
  if (query.sites.empty()) out.has_site_filter = false;
  if (query.excluded_sites.empty()) out.excluded_sites.clear();
  return out;
}

// The part of the request that a field is in.
Fields PartOf(absl::string_view field) {
  if (absl::StartsWith(field, "machine.")) return kMachineFields;
  if (absl::StartsWith(field, "image.")) return kImageFields;
  if (absl::StartsWith(field, "network.")) return kNetworkFields;
  if (field == "count") return kCountFields;
  return field == "max_age" ? kAgeFields : kSiteFields;
}

// A share that was refused, and the parts of the request of which a change may let it in: those
// that answer each of its reasons. What a change cannot help need not be searched.
struct Refused {
  const IndexedShare* share = nullptr;
  Fields answers = 0;
};

std::vector<Refused> RefusedOf(const std::vector<ShareVerdict>& verdicts) {
  std::vector<Refused> out;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.fits) continue;
    Fields answers = ~Fields{0};
    for (const Reason& reason : verdict.reasons) answers &= AnsweredBy(reason.code);
    out.push_back({verdict.share, answers});
  }
  return out;
}

struct Tried {
  Relaxation relaxation;
  int64_t size = 0;  // smaller is better among those that add as many shares
};

// Counts the shares that `query` adds; appends the relaxation if there are any. `fields`: what it
// changes.
void AddIfItHelps(Relaxation relaxation, int64_t size, const PlacementQuery& query, Fields fields,
                  const std::vector<Refused>& refused, const SearchContext& context,
                  std::vector<Tried>* tried) {
  const SearchContext changed = WithQuery(context, query);
  ShareSearch search(changed);
  std::set<absl::string_view> sites;
  for (const Refused& one : refused) {
    if ((one.answers & fields) == 0 || !search.Fits(*one.share, fields)) continue;
    ++relaxation.added_share_count;
    sites.insert(one.share->view.site->site.name);
  }
  if (relaxation.added_share_count == 0) return;
  for (const absl::string_view site : sites) {
    if (relaxation.site_names.size() < kMaxSites) relaxation.site_names.emplace_back(site);
  }
  tried->push_back({std::move(relaxation), size});
}

// All of a reason that ChangesFor looks at.
using ReasonKey = std::tuple<ReasonCode, std::optional<int64_t>, std::optional<int64_t>,
                             absl::string_view, absl::string_view, absl::string_view>;
ReasonKey KeyOf(const Reason& reason) {
  const Image* image = reason.image;
  if (image == nullptr) return {reason.code, reason.want, reason.best, "", "", ""};
  return {reason.code,      reason.want,       reason.best,
          image->os_distro, image->os_version, image->os_codename};
}

// Several changes that are needed at once.
struct Combination {
  Relaxation relaxation;
  PlacementQuery query;
  int64_t count = 0;
};

// Gives way to one share: answers what blocks it, then what blocks it next, until it fits; nothing
// if it cannot be helped by `at_most` changes.
std::optional<Combination> GiveWay(const ShareVerdict& verdict, const SearchContext& context,
                                   size_t at_most) {
  Combination out;
  out.query = *context.query;
  std::vector<std::string> changes;
  std::vector<std::string> fields;
  std::vector<std::string> values;
  std::optional<Reason> reason = verdict.reasons.front();
  while (reason && out.count < kMaxTogether) {
    const std::vector<Change> answers = ChangesFor(*reason, out.query);
    if (answers.empty()) return std::nullopt;
    const Change& change = answers.front();
    // What is changed twice is told once, as it ends.
    const auto before = std::find(fields.begin(), fields.end(), change.field);
    if (before != fields.end()) {
      const ptrdiff_t at = before - fields.begin();
      changes[static_cast<size_t>(at)] = change.change;
      values[static_cast<size_t>(at)] = change.value;
    } else if (changes.size() == at_most) {
      return std::nullopt;
    } else {
      changes.push_back(change.change);
      fields.push_back(change.field);
      values.push_back(change.value);
    }
    change.apply(&out.query);
    ++out.count;
    const SearchContext changed = WithQuery(context, out.query);
    reason = ShareSearch(changed).WhyNot(*verdict.share);
  }
  if (reason) return std::nullopt;
  out.relaxation.change = absl::StrJoin(changes, ", ");
  out.relaxation.field = absl::StrJoin(fields, ",");
  out.relaxation.value = absl::StrJoin(values, ";");
  out.count = static_cast<int64_t>(changes.size());
  return out;
}

// For requests that no single change helps: the fewest changes together that help.
std::vector<Tried> Together(const std::vector<ShareVerdict>& verdicts, std::vector<Refused> refused,
                            const SearchContext& context) {
  std::map<std::string, Combination> found;
  int64_t fewest = kMaxTogether;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.reasons.empty() || found.size() >= kMaxCombinations) continue;
    std::optional<Combination> way = GiveWay(verdict, context, static_cast<size_t>(fewest));
    if (!way) continue;
    fewest = std::min(fewest, way->count);
    const std::string change = way->relaxation.change;
    found.emplace(change, *std::move(way));
  }
  // Several fields may answer several reasons.
  for (Refused& one : refused) one.answers = ~Fields{0};
  std::vector<Tried> tried;
  for (const auto& [change, way] : found) {
    if (way.count > fewest) continue;
    AddIfItHelps(way.relaxation, way.count, way.query, ~Fields{0}, refused, context, &tried);
  }
  return tried;
}

}  // namespace

std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const std::vector<Reason>& near_misses,
                                        const SearchContext& context) {
  // Each distinct change once. Many shares have the same reason.
  std::map<std::pair<std::string, std::string>, Change> changes;
  absl::flat_hash_set<ReasonKey> answered;
  const auto answer = [&](const Reason& reason) {
    if (!answered.insert(KeyOf(reason)).second) return;
    for (Change& change : ChangesFor(reason, *context.query)) {
      auto key = std::make_pair(change.field, change.value);
      changes.emplace(std::move(key), std::move(change));
    }
  };
  bool none_fits = true;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.fits) none_fits = false;
    if (!verdict.reasons.empty()) answer(verdict.reasons.front());
  }
  for (const Reason& reason : near_misses) answer(reason);
  const std::vector<Refused> refused = RefusedOf(verdicts);
  std::vector<Tried> tried;
  for (const auto& [key, change] : changes) {
    PlacementQuery query = *context.query;
    change.apply(&query);
    AddIfItHelps({change.change, change.field, change.value, 0, {}}, change.size, query,
                 PartOf(change.field), refused, context, &tried);
  }
  if (tried.empty() && none_fits) tried = Together(verdicts, refused, context);
  std::sort(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) {
    return std::tie(b.relaxation.added_share_count, a.size, a.relaxation.field,
                    a.relaxation.value) <
           std::tie(a.relaxation.added_share_count, b.size, b.relaxation.field, b.relaxation.value);
  });
  std::vector<Relaxation> out;
  for (Tried& t : tried) {
    if (out.size() < kMaxRelaxations) out.push_back(std::move(t.relaxation));
  }
  return out;
}

}  // namespace cis
