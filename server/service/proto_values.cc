#include "server/service/proto_values.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace cis {

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

bool IsKnownTime(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture();
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

v1::Tristate TristateToProto(Tristate value) {
  switch (value) {
    case Tristate::kUnknown:
      return v1::TRISTATE_UNKNOWN;
    case Tristate::kNo:
      return v1::TRISTATE_NO;
    case Tristate::kYes:
      return v1::TRISTATE_YES;
  }
  return v1::TRISTATE_UNSPECIFIED;
}

v1::Confidence ConfidenceToProto(Confidence confidence) {
  switch (confidence) {
    case Confidence::kUnknown:
      return v1::CONFIDENCE_UNKNOWN;
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
      return tried ? v1::VO_SUPPORT_UNKNOWN : v1::VO_SUPPORT_CONFIGURED;
    case VoSupport::kAuthenticated:
      return v1::VO_SUPPORT_AUTHENTICATED;
    case VoSupport::kRefused:
      return v1::VO_SUPPORT_REFUSED;
  }
  return v1::VO_SUPPORT_UNSPECIFIED;
}

absl::string_view FormatRole(const Network& network) {
  for (const FieldConfidence& entry : network.provenance.confidence) {
    if (entry.field == "usable_as" && entry.confidence == Confidence::kUnknown) return "";
  }
  return FormatNetworkUse(network.usable_as);
}

v1::Provenance ProvenanceToProto(const Provenance& provenance) {
  v1::Provenance proto;
  for (const Evidence& evidence : provenance.evidence) {
    v1::Evidence& entry = *proto.add_evidence();
    entry.set_field(evidence.field);
    entry.set_source(evidence.source);
    entry.set_value(evidence.value);
  }
  for (const FieldConfidence& fact : provenance.confidence) {
    (*proto.mutable_confidence())[fact.field] = ConfidenceToProto(fact.confidence);
  }
  for (const std::string& warning : provenance.warnings) proto.add_warnings(warning);
  return proto;
}

std::string KeystoneV3Url(const Endpoint& endpoint) {
  return absl::StrCat(endpoint.keystone_url, "/v3");
}

const std::string& RegionOf(const Endpoint& endpoint) {
  return endpoint.resolved_region.empty() ? endpoint.region : endpoint.resolved_region;
}

}  // namespace cis
