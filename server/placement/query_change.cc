// SPDX-License-Identifier: Apache-2.0
#include "server/placement/query_change.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/os_match.h"

namespace cis::server {
namespace {

// More than a request may require.
constexpr int64_t kMostMachines = 99999;

QueryChange Unset(std::vector<std::string> fields, std::function<void(PlacementQuery*)> apply) {
  QueryChange change;
  change.fields = std::move(fields);
  change.size = INT64_MAX;
  change.apply = std::move(apply);
  return change;
}

// Keeps all alternatives, but lowers those that the image nearly satisfies.
QueryChange LowerOs(const Image& image, const PlacementQuery& query) {
  std::vector<OsRequirement> changed = query.os;
  for (OsRequirement& requirement : changed) {
    const OsMatch match = MatchOs(requirement, image);
    if (match == OsMatch::kOtherDistro || match == OsMatch::kMatch) continue;
    if (match == OsMatch::kVersionUnknown || image.os_version.empty()) {
      requirement.relation = OsRelation::kAny;
      requirement.version.clear();
    } else {
      requirement.relation = match == OsMatch::kTooOld   ? OsRelation::kAtLeast
                             : match == OsMatch::kTooNew ? OsRelation::kAtMost
                                                         : OsRelation::kIs;
      requirement.version = std::string(image.os_version);
    }
    requirement.codename.clear();
  }
  QueryChange change;
  change.fields = {"image.os"};
  change.key = absl::StrJoin(changed, ",", [](std::string* out, const OsRequirement& requirement) {
    absl::StrAppend(out, FormatOsRequirement(requirement));
  });
  change.apply = [changed](PlacementQuery* q) { q->os = changed; };
  return change;
}

// Drops each requirement for the network, the one that the reason is about first: they may only
// fail together, and any may need a quota.
std::vector<QueryChange> NetworkChanges(const Reason& reason, const PlacementQuery& query) {
  using Q = PlacementQuery;
  std::vector<QueryChange> out;
  const auto add = [&](bool asked, std::vector<std::string> fields, auto apply) {
    if (asked) out.push_back(Unset(std::move(fields), apply));
  };
  const bool no_v4 = query.public_v4 == AddressWish::kNone;
  const bool no_v6 = query.public_v6 == AddressWish::kNone;
  add(!query.network.empty(), {"network.network"}, [](Q* q) { q->network.clear(); });
  add(query.public_v4 == AddressWish::kRequired, {"network.public_v4"},
      [](Q* q) { q->public_v4 = AddressWish::kAny; });
  add(no_v4 && no_v6, {"network.public_v4", "network.public_v6"},
      [](Q* q) { q->public_v4 = q->public_v6 = AddressWish::kAny; });
  add(no_v4 && !no_v6, {"network.public_v4"}, [](Q* q) { q->public_v4 = AddressWish::kAny; });
  add(query.public_v6 == AddressWish::kRequired || (no_v6 && !no_v4), {"network.public_v6"},
      [](Q* q) { q->public_v6 = AddressWish::kAny; });
  if (reason.code == ReasonCode::kNetNoPublicV6 || reason.code == ReasonCode::kNetNotBothFamilies) {
    std::reverse(out.begin(), out.end());
  }
  return out;
}

// Fewer machines, if there are several, and fewer requirements for the network if they use the
// quota.
std::vector<QueryChange> QuotaChanges(const Reason& reason, const PlacementQuery& query) {
  std::vector<QueryChange> out;
  if (query.count > 1) out.push_back(SetCount(1, query));
  if ((AnsweredBy(reason) & kNetworkFields) != 0) {
    for (QueryChange& change : NetworkChanges(reason, query)) out.push_back(std::move(change));
  }
  return out;
}

// Drops all requirements for GPUs together: none makes sense without the others.
QueryChange WithoutGpu(const PlacementQuery& query) {
  std::vector<std::string> fields;
  const auto add = [&fields](bool asked, const char* field) {
    if (asked) fields.emplace_back(field);
  };
  add(query.gpu_count.any(), "machine.gpu_count");
  add(!query.gpu_vendor.empty(), "machine.gpu_vendor");
  add(!query.gpu_model.empty(), "machine.gpu_model");
  add(!query.gpu_kind.empty(), "machine.gpu_kind");
  add(query.gpu_memory_mib.any(), "machine.gpu_memory_mib");
  add(query.total_gpu_memory_mib.any(), "machine.total_gpu_memory_mib");
  return Unset(std::move(fields), [](PlacementQuery* q) {
    q->gpu_count = {};
    q->gpu_model.clear();
    q->gpu_vendor.clear();
    q->gpu_kind.clear();
    q->gpu_memory_mib = {};
    q->total_gpu_memory_mib = {};
  });
}

}  // namespace

QueryChange SetBound(FlavorCheck check, int64_t value, const PlacementQuery& query) {
  const bool upper = IsUpperBound(check);
  const Int64Bounds& before = *BoundsOf(query, check);
  const int64_t asked = (upper ? before.max : before.min).value_or(value);
  QueryChange change;
  change.fields = {std::string(FieldOf(CodeOf(check)))};
  change.key = absl::StrCat(value);
  change.size = upper ? value - asked : asked - value;
  change.apply = [=](PlacementQuery* q) {
    Int64Bounds& bounds = *MutableBoundsOf(q, check);
    (upper ? bounds.max : bounds.min) = value;
  };
  return change;
}

QueryChange SetCount(int64_t count, const PlacementQuery& query) {
  QueryChange change;
  change.fields = {"count"};
  change.key = absl::StrCat(count);
  change.size = query.count - count;
  change.apply = [count](PlacementQuery* q) { q->count = count; };
  return change;
}

bool IsOfAllAlternatives(const QueryChange& change, const PlacementQuery& query) {
  return !query.alternatives.empty() && absl::StartsWith(change.fields.front(), "network.");
}

std::string TargetOf(size_t part, absl::string_view fields) {
  return absl::StrCat(part, " ", fields);
}

QueryChange OfPart(QueryChange change, const PlacementQuery& query, size_t part) {
  if (IsOfAllAlternatives(change, query)) {
    change.apply = [apply = std::move(change.apply)](PlacementQuery* q) {
      apply(q);
      for (MachineRequest& alternative : q->alternatives) {
        PlacementQuery of_part = QueryOfPart(*q, alternative);
        apply(&of_part);
        alternative = std::move(of_part);
      }
    };
    return change;
  }
  QueryChange out;
  out.fields = {std::string(query.parts_field())};
  const std::string fields = absl::StrJoin(change.fields, ",");
  out.target = TargetOf(part, fields);
  // Among changes that are otherwise equal, those of the largest group come first.
  out.key = absl::StrFormat("%05d %02d %s %s", kMostMachines - query.parts()[part].count, part,
                            fields, change.key);
  out.size = change.size;
  out.apply = [apply = std::move(change.apply), part](PlacementQuery* q) {
    PlacementQuery of_part = QueryOfPart(*q, q->parts()[part]);
    apply(&of_part);
    q->parts()[part] = std::move(of_part);
  };
  return out;
}

std::optional<FlavorCheck> BoundOf(ReasonCode code) {
  if (code == ReasonCode::kBootVolumeTooLarge) return FlavorCheck::kDiskMax;
  const std::optional<FlavorCheck> check = FlavorCheckOf(code);
  const PlacementQuery any;
  return check && BoundsOf(any, *check) != nullptr ? check : std::nullopt;
}

std::vector<QueryChange> ChangesFor(const Reason& reason, const PlacementQuery& query) {
  using Q = PlacementQuery;
  if (const std::optional<FlavorCheck> check = BoundOf(reason.code)) {
    if (!reason.best) return {};
    return {SetBound(*check, *reason.best, query)};
  }
  switch (reason.code) {
    case ReasonCode::kSiteNotSelected:
      return {Unset({"sites"}, [](Q* q) { q->sites.clear(); })};
    case ReasonCode::kSiteExcluded:
      return {Unset({"excluded_sites"}, [](Q* q) { q->excluded_sites.clear(); })};
    case ReasonCode::kCountryNotSelected:
      return {Unset({"countries"}, [](Q* q) { q->countries.clear(); })};
    case ReasonCode::kCountryExcluded:
      return {Unset({"excluded_countries"}, [](Q* q) { q->excluded_countries.clear(); })};
    case ReasonCode::kDataStale:
      return {Unset({"max_age"}, [](Q* q) { q->max_age.reset(); })};
    case ReasonCode::kFlavorNameMismatch:
      return {Unset({"machine.flavors"}, [](Q* q) { q->flavor_globs.clear(); })};
    case ReasonCode::kFlavorExcluded:
      return {Unset({"machine.excluded_flavors"}, [](Q* q) { q->excluded_flavor_globs.clear(); })};
    case ReasonCode::kFlavorVolumeOnly:
      return {Unset({"machine.allow_boot_from_volume"},
                    [](Q* q) { q->allow_boot_from_volume = true; })};
    case ReasonCode::kGpuNone:
    case ReasonCode::kGpuNotKnown:
      return {WithoutGpu(query)};
    case ReasonCode::kGpuVendorMismatch:
      return {Unset({"machine.gpu_vendor"}, [](Q* q) { q->gpu_vendor.clear(); })};
    case ReasonCode::kGpuModelMismatch:
      return {Unset({"machine.gpu_model"}, [](Q* q) { q->gpu_model.clear(); })};
    case ReasonCode::kGpuKindMismatch:
      return {Unset({"machine.gpu_kind"}, [](Q* q) { q->gpu_kind.clear(); })};
    case ReasonCode::kCpuAllocMismatch:
      return {Unset({"machine.cpu_allocation"}, [](Q* q) { q->cpu_alloc.clear(); })};
    case ReasonCode::kNetNotInZone:
    case ReasonCode::kZoneUnavailable:
    case ReasonCode::kZoneNotFound:
      if (query.zone.empty()) return {};
      return {Unset({"machine.availability_zone"}, [](Q* q) { q->zone.clear(); })};
    case ReasonCode::kArchMismatch:
    case ReasonCode::kImageArchMismatch:
      return {Unset({"machine.arch"}, [](Q* q) { q->arch.clear(); })};
    case ReasonCode::kImageNotFound:
      return {Unset({"image.image"}, [](Q* q) { q->image.clear(); })};
    case ReasonCode::kImageNameMismatch:
      return {Unset({"image.images"}, [](Q* q) { q->image_globs.clear(); })};
    case ReasonCode::kImageExcluded:
      return {Unset({"image.excluded_images"}, [](Q* q) { q->excluded_image_globs.clear(); })};
    case ReasonCode::kOsVersionUnknown:
    case ReasonCode::kOsVersionTooOld:
    case ReasonCode::kOsVersionTooNew:
    case ReasonCode::kOsVersionMismatch:
    case ReasonCode::kOsNotFound: {
      std::vector<QueryChange> out;
      if (reason.code != ReasonCode::kOsNotFound && reason.image != nullptr) {
        out.push_back(LowerOs(*reason.image, query));
      }
      out.push_back(Unset({"image.os"}, [](Q* q) { q->os.clear(); }));
      return out;
    }
    default:
      if (reason.code == ReasonCode::kNetTooFewAddresses) return QuotaChanges(reason, query);
      if (StageOf(reason.code) == Stage::kNetwork) return NetworkChanges(reason, query);
      if (StageOf(reason.code) == Stage::kQuota) return QuotaChanges(reason, query);
      return {};
  }
}

}  // namespace cis::server
