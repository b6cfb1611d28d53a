// SPDX-License-Identifier: Apache-2.0
#include "server/placement/boot_choice.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/placement/machine_subnets.h"

namespace cis::server {
namespace {

using Names = std::vector<std::string>;

ServiceZones ZonesOf(const ShareCatalog& share, const std::string& service) {
  ServiceZones out;
  out.available = AvailableZones(share, service);
  for (const AvailabilityZone& zone : share.zones) {
    if (zone.service == service) out.all.push_back(zone.name);
  }
  std::sort(out.all.begin(), out.all.end());
  return out;
}

Names Intersection(const Names& a, Names b) {
  std::sort(b.begin(), b.end());
  Names out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

// Returns the zones, starting with the one that the flavor's extra specs name, if any: such flavors
// are for the hosts of that zone.
Names InOrderFor(const Flavor& flavor, Names zones) {
  if (!flavor.extra_specs) return zones;
  for (const auto& [key, value] : *flavor.extra_specs) {
    if (!absl::EndsWith(key, "availability_zone")) continue;
    const auto named = std::find(zones.begin(), zones.end(), value);
    if (named != zones.end()) std::rotate(zones.begin(), named, std::next(named));
  }
  return zones;
}

// Returns the zones of Cinder in which a volume of the type can be.
Names VolumeZonesOf(const BootOptions& options, const VolumeType* type) {
  if (type == nullptr || type->zones.empty()) return options.volume.available;
  return options.volume.all.empty() ? type->zones
                                    : Intersection(options.volume.available, type->zones);
}

// Returns whether the quota of a volume type excludes `amount` more; `refused` then says why.
bool IsRefused(const QuotaBook& quotas, QuotaResource resource, int64_t amount,
               const VolumeType& type, Reason* refused) {
  const std::optional<int64_t> free = FreeOfType(quotas, resource, type);
  if (!free || *free < 0 || amount <= *free) return false;
  refused->code = *free == 0 ? ReasonCode::kQuotaZero : ReasonCode::kQuotaExhausted;
  refused->quota = resource;
  refused->want = amount;
  refused->best = free;
  refused->volume_type = &type;
  return true;
}

// Returns why no volumes of this size can be created, whatever their type.
std::optional<Reason> WhyNoVolume(const BootOptions& options, const QuotaBook& quotas,
                                  const VolumeNeeds& needs) {
  if (options.volume.AreAllDown()) {
    Reason reason;
    reason.code = ReasonCode::kZoneUnavailable;
    return reason;
  }
  const std::optional<int64_t> largest = quotas.Limit("volume_gib_per_volume");
  if (!largest || *largest < 0 || needs.gib_of_each <= *largest) return std::nullopt;
  Reason reason;
  reason.code = ReasonCode::kQuotaVolumeTooLarge;
  reason.quota = QuotaResource::kVolumeGib;
  reason.want = needs.gib_of_each;
  reason.best = largest;
  return reason;
}

// Returns whether every zone with volumes of the type is unavailable.
bool HasNoZone(const BootOptions& options, const VolumeType& type) {
  return !type.zones.empty() && VolumeZonesOf(options, &type).empty();
}

// Returns whether volumes of the type cannot be created; `out` then says why.
bool IsRefused(const BootOptions& options, const QuotaBook& quotas, const VolumeNeeds& needs,
               const VolumeType& type, Reason* out) {
  if (HasNoZone(options, type)) {
    out->code = ReasonCode::kZoneUnavailable;
    return true;
  }
  return IsRefused(quotas, QuotaResource::kVolumes, needs.count, type, out) ||
         IsRefused(quotas, QuotaResource::kVolumeGib, needs.gib, type, out);
}

}  // namespace

BootOptions BootOptions::Of(const ShareCatalog& share) {
  BootOptions out;
  out.compute = ZonesOf(share, "compute");
  out.volume = ZonesOf(share, "volume");
  for (const VolumeType& type : share.volume_types) out.volume_types.push_back(&type);
  std::sort(out.volume_types.begin(), out.volume_types.end(),
            [](const VolumeType* a, const VolumeType* b) {
              if (a->is_default != b->is_default) return a->is_default;
              return std::tie(a->name, a->id) < std::tie(b->name, b->id);
            });
  return out;
}

std::optional<Reason> ChooseVolumeType(const BootOptions& options, const QuotaBook& quotas,
                                       const VolumeNeeds& needs, const VolumeType** type,
                                       bool* unknown) {
  *type = nullptr;
  if (std::optional<Reason> reason = WhyNoVolume(options, quotas, needs)) return reason;
  if (!quotas.IsKnown(QuotaResource::kVolumes)) *unknown = true;
  std::optional<Reason> first;
  const VolumeType* allowed = nullptr;
  for (const VolumeType* candidate : options.volume_types) {
    Reason reason;
    if (IsRefused(options, quotas, needs, *candidate, &reason)) {
      if (!first) first = reason;
    } else if (allowed == nullptr) {
      allowed = candidate;
    }
  }
  if (allowed == nullptr) return first;
  // If every type is suitable and none is known to be the default, there is nothing to choose.
  const bool is_settled = allowed->is_default || options.volume_types.size() == 1;
  if (is_settled || first) *type = allowed;
  return std::nullopt;
}

std::optional<int64_t> FreeOfType(const QuotaBook& quotas, QuotaResource resource,
                                  const VolumeType& type) {
  return quotas.Free(absl::StrCat(FormatQuotaResource(resource), ".", type.name));
}

std::vector<const VolumeType*> VolumeTypesFor(const BootOptions& options, const QuotaBook& quotas,
                                              const VolumeNeeds& needs,
                                              std::optional<Reason>* refused, bool* unknown) {
  std::vector<const VolumeType*> out;
  *refused = WhyNoVolume(options, quotas, needs);
  if (*refused) return out;
  if (!quotas.IsKnown(QuotaResource::kVolumes)) *unknown = true;
  for (const VolumeType* type : options.volume_types) {
    if (!HasNoZone(options, *type)) out.push_back(type);
  }
  if (out.empty() && !options.volume_types.empty()) {
    refused->emplace().code = ReasonCode::kZoneUnavailable;
  }
  return out;
}

std::optional<Reason> CheckZone(const ServiceZones& zones, const std::string& wanted) {
  const auto has = [&wanted](const Names& names) {
    return std::binary_search(names.begin(), names.end(), wanted);
  };
  Reason reason;
  if (zones.AreAllDown() || (!wanted.empty() && has(zones.all) && !has(zones.available))) {
    reason.code = ReasonCode::kZoneUnavailable;
    return reason;
  }
  if (wanted.empty() || zones.all.empty() || has(zones.all)) return std::nullopt;
  reason.code = ReasonCode::kZoneNotFound;
  return reason;
}

BootChoice ChooseZones(const BootOptions& options, const Flavor& flavor, const std::string& wanted,
                       bool has_volume, const VolumeType* type) {
  BootChoice out;
  Names zones = InOrderFor(flavor, options.compute.available);
  if (!wanted.empty()) zones = {wanted};
  const bool has_choice = options.compute.all.size() > 1 || !wanted.empty();
  if (!wanted.empty() && options.compute.all.empty()) out.confidence = Confidence::kProbable;
  const auto choose = [&out](const Names& from) {
    out.zone = from.front();
    out.fallback_zones.assign(std::next(from.begin()), from.end());
  };
  if (!has_volume) {
    if (has_choice && !zones.empty()) choose(zones);
    return out;
  }
  if (type != nullptr && !type->is_default && options.volume_types.size() > 1) {
    out.volume_type = type->name;
    out.confidence = Confidence::kProbable;
  }
  const bool has_volume_choice =
      options.volume.all.size() > 1 || (type != nullptr && !type->zones.empty());
  const Names of_volume = VolumeZonesOf(options, type);
  const Names sorted_common = Intersection(options.compute.available, of_volume);
  Names common;
  for (const std::string& zone : zones) {
    if (std::binary_search(sorted_common.begin(), sorted_common.end(), zone)) {
      common.push_back(zone);
    }
  }
  if (!common.empty()) {
    if (has_choice || has_volume_choice) {
      choose(common);
      out.volume_zone = out.zone;
    }
    return out;
  }
  out.confidence = Confidence::kProbable;
  out.zones_differ = !options.compute.all.empty() && !options.volume.all.empty();
  if (has_choice && !zones.empty()) choose(zones);
  out.fallback_zones.clear();
  if (has_volume_choice && !of_volume.empty()) out.volume_zone = of_volume.front();
  return out;
}

}  // namespace cis::server
