#include "crawler/normalize/quota.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "crawler/normalize/documents.h"
#include "crawler/normalize/json_reader.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

// One resource in an "absolute" limits object.
struct AbsoluteLimit {
  const char* resource;
  const char* limit_key;
  const char* used_key;
};

// maxTotalFloatingIps and its like are left out on purpose: they are of the removed nova-network.
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

const JsonValue* FindObject(const JsonValue& object, const char* key) {
  const JsonValue* found = object.Find(key);
  return found != nullptr && found->is_object() ? found : nullptr;
}

absl::Status ReadAbsolute(const std::vector<Document>& documents, absl::string_view name,
                          absl::Span<const AbsoluteLimit> rows, std::vector<Quota>* quotas,
                          std::vector<std::string>* problems) {
  CIS_ASSIGN_OR_RETURN(const std::optional<JsonDocument> body, ReadObject(documents, name));
  if (!body.has_value()) {
    return absl::OkStatus();
  }
  const JsonValue* limits = FindObject(body->root(), "limits");
  const JsonValue* absolute = limits == nullptr ? nullptr : FindObject(*limits, "absolute");
  if (absolute == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": /limits/absolute is missing; it must be an object"));
  }
  const JsonReader reader(*absolute, std::string(name), problems);
  for (const AbsoluteLimit& row : rows) {
    if (const std::optional<int64_t> limit = reader.Int(row.limit_key)) {
      quotas->push_back({row.resource, *limit, reader.Int(row.used_key)});
    }
  }
  return absl::OkStatus();
}

absl::Status ReadNeutron(const std::vector<Document>& documents, std::vector<Quota>* quotas,
                         std::vector<std::string>* problems) {
  CIS_ASSIGN_OR_RETURN(const std::optional<JsonDocument> body,
                       ReadObject(documents, "neutron_quota"));
  if (!body.has_value()) {
    return absl::OkStatus();
  }
  const JsonValue* quota = FindObject(body->root(), "quota");
  if (quota == nullptr) {
    return absl::InvalidArgumentError("neutron_quota: /quota is missing; it must be an object");
  }
  const JsonReader reader(*quota, "neutron_quota", problems);
  for (const auto& [resource, key] : kNeutronResources) {
    const JsonValue* value = reader.Find(key);
    if (value == nullptr) {
      continue;
    }
    if (!value->is_object()) {
      if (const std::optional<int64_t> limit = reader.Int(key)) {
        quotas->push_back({resource, *limit, std::nullopt});
      }
      continue;
    }
    const JsonReader details(*value, absl::StrCat("neutron_quota/", key), problems);
    if (const std::optional<int64_t> limit = details.Int("limit")) {
      std::optional<int64_t> used = details.Int("used");
      if (used.has_value()) {
        int64_t sum = 0;
        used = __builtin_add_overflow(*used, details.Int("reserved").value_or(0), &sum)
                   ? std::nullopt
                   : std::optional<int64_t>(sum);
      }
      quotas->push_back({resource, *limit, used});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Quota>> NormalizeQuotas(const std::vector<Document>& documents,
                                                   std::vector<std::string>* problems) {
  std::vector<Quota> quotas;
  CIS_RETURN_IF_ERROR(ReadAbsolute(documents, "nova_limits", kNovaLimits, &quotas, problems));
  CIS_RETURN_IF_ERROR(ReadNeutron(documents, &quotas, problems));
  CIS_RETURN_IF_ERROR(ReadAbsolute(documents, "cinder_limits", kCinderLimits, &quotas, problems));
  return quotas;
}

}  // namespace cis
