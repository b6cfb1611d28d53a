// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/quota.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "crawler/normalize/documents.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/remarks.h"

namespace cis::crawler {
namespace {

// One resource in an "absolute" limits object.
struct AbsoluteLimit {
  const char* resource;
  const char* limit_key;
  const char* used_key;
};

// maxTotalFloatingIps and the like are left out on purpose: they belong to nova-network, which was
// removed.
constexpr AbsoluteLimit kNovaLimits[] = {
    {"instances", "maxTotalInstances", "totalInstancesUsed"},
    {"cores", "maxTotalCores", "totalCoresUsed"},
    {"ram_mib", "maxTotalRAMSize", "totalRAMUsed"},
};
constexpr AbsoluteLimit kCinderLimits[] = {
    {"volumes", "maxTotalVolumes", "totalVolumesUsed"},
    {"volume_gib", "maxTotalVolumeGigabytes", "totalGigabytesUsed"},
    {"snapshots", "maxTotalSnapshots", "totalSnapshotsUsed"},
};

constexpr std::pair<const char*, const char*> kNeutronResources[] = {
    {"floating_ips", "floatingip"}, {"networks", "network"}, {"subnets", "subnet"},
    {"routers", "router"},          {"ports", "port"},       {"security_groups", "security_group"},
};

constexpr std::pair<const char*, const char*> kCinderResources[] = {
    {"volumes", "volumes"}, {"volume_gib", "gigabytes"}, {"snapshots", "snapshots"}};
// Limits of one volume type: "volumes_TYPE".
constexpr std::pair<absl::string_view, absl::string_view> kCinderTypeResources[] = {
    {"volumes_", "volumes"}, {"gigabytes_", "volume_gib"}};
// A cloud has some ten types, with two limits each.
constexpr int kMaxTypeQuotas = 2000;

const JsonValue* FindObject(const JsonValue& object, const char* key) {
  const JsonValue* found = object.Find(key);
  return found != nullptr && found->is_object() ? found : nullptr;
}

// The inputs and outputs of reading all documents of the kind.
struct Reading {
  const std::vector<Document>& documents;
  SharedList<SharedText>* problems;
  std::vector<std::string>* remarks;

  // Reports a document that was received and has the wrong form.
  void Remark(absl::string_view name, absl::string_view why) const {
    if (remarks != nullptr) remarks->push_back(UnreadableRemark(name, why, documents));
  }
};

void ReadAbsolute(const Reading& in, absl::string_view name, absl::Span<const AbsoluteLimit> rows,
                  std::vector<Quota>* quotas) {
  const std::optional<JsonDocument> body = ReadOptionalObject(in.documents, name, in.remarks);
  if (!body.has_value()) return;
  const JsonValue* limits = FindObject(body->root(), "limits");
  const JsonValue* absolute = limits == nullptr ? nullptr : FindObject(*limits, "absolute");
  if (absolute == nullptr) {
    in.Remark(name, "/limits/absolute is missing; it must be an object");
    return;
  }
  const JsonReader reader(*absolute, std::string(name), in.problems);
  for (const AbsoluteLimit& row : rows) {
    if (const std::optional<int64_t> limit = reader.Int(row.limit_key)) {
      quotas->push_back({row.resource, *limit, reader.Int(row.used_key)});
    }
  }
}

// Reads a limit with its usage, as {"limit": 5, "used": 1, "reserved": 0} or a number; nullopt if
// it is neither.
std::optional<Quota> ReadQuota(const JsonReader& quotas, const std::string& key,
                               absl::string_view used_key, std::string resource,
                               SharedList<SharedText>* problems) {
  const JsonValue* value = quotas.Find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    const std::optional<int64_t> limit = quotas.Int(key);
    if (!limit.has_value()) return std::nullopt;
    return Quota{std::move(resource), *limit, std::nullopt};
  }
  const JsonReader details(*value, absl::StrCat(quotas.path(), "/", key), problems);
  const std::optional<int64_t> limit = details.Int("limit");
  if (!limit.has_value()) return std::nullopt;
  std::optional<int64_t> used = details.Int(used_key);
  if (used.has_value()) {
    int64_t sum = 0;
    used = __builtin_add_overflow(*used, details.Int("reserved").value_or(0), &sum)
               ? std::nullopt
               : std::optional<int64_t>(sum);
  }
  return Quota{std::move(resource), *limit, used};
}

// The object of quotas in a document; nullptr if there is none.
const JsonValue* FindQuotas(const Reading& in, absl::string_view name, const char* key,
                            const std::optional<JsonDocument>& body) {
  if (!body.has_value()) return nullptr;
  const JsonValue* quota = FindObject(body->root(), key);
  if (quota == nullptr)
    in.Remark(name, absl::StrCat("/", key, " is missing; it must be an object"));
  return quota;
}

void ReadNeutron(const Reading& in, std::vector<Quota>* quotas) {
  const std::optional<JsonDocument> body =
      ReadOptionalObject(in.documents, "neutron_quota", in.remarks);
  const JsonValue* quota = FindQuotas(in, "neutron_quota", "quota", body);
  if (quota == nullptr) return;
  const JsonReader reader(*quota, "neutron_quota", in.problems);
  for (const auto& [resource, key] : kNeutronResources) {
    if (auto read = ReadQuota(reader, key, "used", resource, in.problems)) {
      quotas->push_back(*std::move(read));
    }
  }
}

// Returns false if Cinder's quota set is missing, so that its absolute limits count.
bool ReadCinder(const Reading& in, std::vector<Quota>* quotas) {
  const std::optional<JsonDocument> body =
      ReadOptionalObject(in.documents, "cinder_quota", in.remarks);
  const JsonValue* quota = FindQuotas(in, "cinder_quota", "quota_set", body);
  if (quota == nullptr) return false;
  const JsonReader reader(*quota, "cinder_quota", in.problems);
  for (const auto& [resource, key] : kCinderResources) {
    if (auto read = ReadQuota(reader, key, "in_use", resource, in.problems)) {
      quotas->push_back(*std::move(read));
    }
  }
  // The largest size of one volume, which has no usage.
  if (auto read = ReadQuota(reader, "per_volume_gigabytes", "in_use", "volume_gib_per_volume",
                            in.problems)) {
    read->used.reset();
    quotas->push_back(*std::move(read));
  }
  int count = 0;
  for (const JsonMember& member : quota->members()) {
    for (const auto& [prefix, resource] : kCinderTypeResources) {
      absl::string_view type = member.key;
      if (!absl::ConsumePrefix(&type, prefix) || type.empty()) continue;
      if (++count > kMaxTypeQuotas) return true;
      if (auto read = ReadQuota(reader, std::string(member.key), "in_use",
                                absl::StrCat(resource, ".", type), in.problems)) {
        quotas->push_back(*std::move(read));
      }
    }
  }
  return true;
}

void ReadZones(const Reading& in, absl::string_view name, absl::string_view service,
               std::vector<AvailabilityZone>* zones) {
  const Listing listing =
      ReadOptionalListing(in.documents, name, "availabilityZoneInfo", in.remarks);
  for (const ListItem& item : listing.items) {
    if (!item.value.is_object()) continue;
    const JsonReader reader(item.value, item.path, in.problems);
    AvailabilityZone zone{reader.String("zoneName"), std::string(service), true};
    // Nova's own services are in "internal"; machines cannot be.
    if (zone.name.empty() || (service == "compute" && zone.name == "internal")) continue;
    if (const JsonValue* state = reader.Find("zoneState"); state != nullptr && state->is_object()) {
      zone.available = JsonReader(*state, absl::StrCat(item.path, "/zoneState"), in.problems)
                           .Bool("available")
                           .value_or(true);
    }
    const auto same = [&](const AvailabilityZone& other) {
      return other.service == zone.service && other.name == zone.name;
    };
    if (std::none_of(zones->begin(), zones->end(), same)) zones->push_back(std::move(zone));
  }
}

VolumeType ReadVolumeType(const JsonReader& record, SharedList<SharedText>* problems) {
  VolumeType type;
  type.id = record.String("id");
  type.name = record.String("name");
  const JsonValue* specs = record.Find("extra_specs");
  if (specs != nullptr && specs->is_object()) {
    const std::string zones =
        JsonReader(*specs, absl::StrCat(record.path(), "/extra_specs"), problems)
            .String("RESKEY:availability_zones");
    for (const absl::string_view zone : absl::StrSplit(zones, ',', absl::SkipWhitespace())) {
      type.zones.emplace_back(absl::StripAsciiWhitespace(zone));
    }
    std::sort(type.zones.begin(), type.zones.end());
    type.zones.erase(std::unique(type.zones.begin(), type.zones.end()), type.zones.end());
  }
  return type;
}

void ReadVolumeTypes(const Reading& in, std::vector<VolumeType>* types) {
  const Listing listing =
      ReadOptionalListing(in.documents, "cinder_types", "volume_types", in.remarks);
  const auto add = [&](VolumeType type) {
    const auto same = [&](const VolumeType& other) { return other.id == type.id; };
    const auto known = std::find_if(types->begin(), types->end(), same);
    if (known != types->end()) {
      known->is_default = known->is_default || type.is_default;
    } else if (!type.id.empty()) {
      types->push_back(std::move(type));
    }
  };
  for (const ListItem& item : listing.items) {
    if (!item.value.is_object()) continue;
    add(ReadVolumeType(JsonReader(item.value, item.path, in.problems), in.problems));
  }
  const std::optional<JsonDocument> body =
      ReadOptionalObject(in.documents, "cinder_default_type", in.remarks);
  // A list that was not read must not look as if it had one type.
  if (!body.has_value() || listing.readable != true) return;
  const JsonValue* found = FindObject(body->root(), "volume_type");
  if (found == nullptr) return;
  VolumeType type =
      ReadVolumeType(JsonReader(*found, "cinder_default_type", in.problems), in.problems);
  type.is_default = true;
  add(std::move(type));
}

}  // namespace

LimitSet NormalizeLimits(const std::vector<Document>& documents, SharedList<SharedText>* problems,
                         std::vector<std::string>* remarks) {
  const Reading in{documents, problems, remarks};
  LimitSet set;
  ReadAbsolute(in, "nova_limits", kNovaLimits, &set.quotas);
  ReadNeutron(in, &set.quotas);
  if (!ReadCinder(in, &set.quotas)) {
    ReadAbsolute(in, "cinder_limits", kCinderLimits, &set.quotas);
  }
  ReadZones(in, "nova_zones", "compute", &set.zones);
  ReadZones(in, "cinder_zones", "volume", &set.zones);
  std::sort(set.zones.begin(), set.zones.end(),
            [](const AvailabilityZone& a, const AvailabilityZone& b) {
              return std::tie(a.service, a.name) < std::tie(b.service, b.name);
            });
  ReadVolumeTypes(in, &set.volume_types);
  std::sort(set.volume_types.begin(), set.volume_types.end(),
            [](const VolumeType& a, const VolumeType& b) { return a.id < b.id; });
  return set;
}

}  // namespace cis::crawler
