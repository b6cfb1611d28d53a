// SPDX-License-Identifier: Apache-2.0
#include "server/service/proto_values.h"

#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/service/enum_words.h"

namespace cis::server {

google::protobuf::Timestamp TimeToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const int64_t seconds = absl::ToUnixSeconds(time);
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return proto;
}

absl::Time TimeFromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

v1::DataState DataStateToProto(DataState state) {
  switch (state) {
    case DataState::kFresh:
      return v1::DATA_STATE_FRESH;
    case DataState::kStale:
      return v1::DATA_STATE_STALE;
    case DataState::kExpired:
      return v1::DATA_STATE_EXPIRED;
    case DataState::kMissing:
      return v1::DATA_STATE_MISSING;
  }
  return v1::DATA_STATE_UNSPECIFIED;
}

v1::DataKind DataKindToProto(Kind kind) {
  switch (kind) {
    case Kind::kAuth:
      return v1::DATA_KIND_AUTH;
    case Kind::kFlavors:
      return v1::DATA_KIND_FLAVORS;
    case Kind::kImages:
      return v1::DATA_KIND_IMAGES;
    case Kind::kNetworks:
      return v1::DATA_KIND_NETWORKS;
    case Kind::kQuotas:
      return v1::DATA_KIND_QUOTAS;
  }
  return v1::DATA_KIND_UNSPECIFIED;
}

v1::ErrorClass ErrorClassToProto(ErrorClass error) {
  return EnumOfWord<v1::ErrorClass>(FormatErrorClass(error));
}

std::optional<bool> TristateToProto(Tristate value) {
  if (!IsKnown(value)) return std::nullopt;
  return value == Tristate::kYes;
}

v1::Confidence ConfidenceToProto(Confidence confidence) {
  switch (confidence) {
    case Confidence::kUnknown:
      return v1::CONFIDENCE_UNSPECIFIED;
    case Confidence::kGuess:
      return v1::CONFIDENCE_GUESS;
    case Confidence::kProbable:
      return v1::CONFIDENCE_PROBABLE;
    case Confidence::kStrong:
      return v1::CONFIDENCE_STRONG;
    case Confidence::kVerified:
      return v1::CONFIDENCE_VERIFIED;
  }
  return v1::CONFIDENCE_UNSPECIFIED;
}

v1::VoSupport VoSupportToProto(VoSupport support, bool tried) {
  switch (support) {
    case VoSupport::kUnknown:
      return tried ? v1::VO_SUPPORT_UNSPECIFIED : v1::VO_SUPPORT_CONFIGURED;
    case VoSupport::kAuthenticated:
      return v1::VO_SUPPORT_AUTHENTICATED;
    case VoSupport::kRefused:
      return v1::VO_SUPPORT_REFUSED;
  }
  return v1::VO_SUPPORT_UNSPECIFIED;
}

v1::Provenance ProvenanceToProto(const Provenance& provenance,
                                 absl::FunctionRef<absl::string_view(absl::string_view)> name_of) {
  v1::Provenance proto;
  for (const Evidence& evidence : provenance.evidence) {
    v1::Evidence& entry = *proto.add_evidence();
    entry.set_field(std::string(name_of(evidence.field)));
    entry.set_source(std::string(evidence.source));
    entry.set_value(std::string(evidence.value));
  }
  for (const FieldConfidence& fact : provenance.confidence) {
    v1::FieldConfidence& entry = *proto.add_confidences();
    entry.set_field(std::string(name_of(fact.field)));
    entry.set_confidence(ConfidenceToProto(fact.confidence));
  }
  for (const absl::string_view warning : provenance.warnings) {
    // "CODE: text", as the rules write them.
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(warning, absl::MaxSplits(": ", 1));
    v1::Warning& entry = *proto.add_warnings();
    entry.set_code(std::string(parts.first));
    entry.set_message(std::string(parts.second));
  }
  return proto;
}

v1::QuotaResource QuotaResourceToProto(absl::string_view word) {
  constexpr std::pair<absl::string_view, v1::QuotaResource> kOtherWords[] = {
      {"ram_mib", v1::QUOTA_RESOURCE_RAM},
      {"volume_gib", v1::QUOTA_RESOURCE_VOLUME_SIZE},
      {"volume_gib_per_volume", v1::QUOTA_RESOURCE_VOLUME_SIZE_PER_VOLUME}};
  for (const auto& [other, value] : kOtherWords) {
    if (other == word) return value;
  }
  return EnumOfWord<v1::QuotaResource>(word);
}

v1::Quota QuotaToProto(const Quota& quota) {
  v1::Quota proto;
  // "volumes.TYPE" and "volume_gib.TYPE" are of one type of volume.
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(quota.resource.view(), absl::MaxSplits('.', 1));
  proto.set_resource(QuotaResourceToProto(parts.first));
  proto.set_volume_type(std::string(parts.second));
  v1::Unit unit = v1::UNIT_UNSPECIFIED;
  if (absl::EndsWith(parts.first, "_mib")) unit = v1::UNIT_MIB;
  if (absl::StartsWith(parts.first, "volume_gib")) unit = v1::UNIT_GIB;
  v1::Amount& limit = *proto.mutable_limit();
  limit.set_unit(unit);
  limit.set_unlimited(quota.limit < 0);
  if (quota.limit >= 0) limit.set_value(static_cast<double>(quota.limit));
  if (quota.used.has_value()) {
    proto.mutable_used()->set_unit(unit);
    proto.mutable_used()->set_value(static_cast<double>(*quota.used));
  }
  return proto;
}

std::string KeystoneV3Url(const Endpoint& endpoint) {
  return absl::StrCat(endpoint.keystone_url, "/v3");
}

const std::string& RegionOf(const Endpoint& endpoint) {
  return endpoint.resolved_region.empty() ? endpoint.region : endpoint.resolved_region;
}

}  // namespace cis::server
