#pragma once

// Small values as the API has them. to_proto and placement_to_proto build on these.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/common.pb.h"
#include "cis/v1/inventory.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "schema/model/records.h"
#include "server/snapshot/data_state.h"

namespace cis {

google::protobuf::Timestamp TimeToProto(absl::Time time);
absl::Time TimeFromProto(const google::protobuf::Timestamp& time);

// Sets `field`, the mutable_... of a message, unless `time` is InfinitePast, which stands for
// never: `if (IsKnownTime(t)) *m.mutable_observe_time() = TimeToProto(t);`
bool IsKnownTime(absl::Time time);

v1::DataState DataStateToProto(DataState state);
v1::Tristate TristateToProto(Tristate value);
v1::Confidence ConfidenceToProto(Confidence confidence);
// `tried`: whether a login was ever tried; tells "configured" from "unknown".
v1::VoSupport VoSupportToProto(VoSupport support, bool tried);
v1::Provenance ProvenanceToProto(const Provenance& provenance);

// "floating-pool", "direct", "tenant" or "none"; empty if nothing tells it (confidence kUnknown).
absl::string_view FormatRole(const Network& network);

// Keystone URL as users know it, with `/v3`.
std::string KeystoneV3Url(const Endpoint& endpoint);
// Region to use: as the catalog spells it, else as configured.
const std::string& RegionOf(const Endpoint& endpoint);

}  // namespace cis
