#pragma once

// Small values as the API has them. to_proto and placement_to_proto build on these.

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/common.pb.h"
#include "cis/v1/inventory.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "schema/model/fields.h"
#include "schema/model/records.h"
#include "server/snapshot/data_state.h"

namespace cis::server {

google::protobuf::Timestamp TimeToProto(absl::Time time);
absl::Time TimeFromProto(const google::protobuf::Timestamp& time);

// Sets `field`, the mutable_... of a message, unless `time` is InfinitePast, which stands for
// never: `if (IsKnownTime(t)) *m.mutable_observe_time() = TimeToProto(t);`
bool IsKnownTime(absl::Time time);

v1::DataState DataStateToProto(DataState state);
v1::DataKind DataKindToProto(Kind kind);
v1::ErrorClass ErrorClassToProto(ErrorClass error);
v1::Confidence ConfidenceToProto(Confidence confidence);
// Nothing if it is unknown.
std::optional<bool> TristateToProto(Tristate value);
// `tried`: whether a login was ever tried; otherwise it is "configured".
v1::VoSupport VoSupportToProto(VoSupport support, bool tried);
// `name_of` gives what the API calls the member that evidence is about.
v1::Provenance ProvenanceToProto(const Provenance& provenance,
                                 absl::FunctionRef<absl::string_view(absl::string_view)> name_of);
// Explains the inferred fields of a flavor, image or network by their names in the API.
template <typename Record>
v1::Provenance ProvenanceOf(const Record& record) {
  return ProvenanceToProto(record.provenance, ApiNameOf<Record>);
}
// What Quota::resource says, without a volume type. UNSPECIFIED for what the API does not know.
v1::QuotaResource QuotaResourceToProto(absl::string_view word);
// A limit with its unit. A resource that the API does not know is not reported.
v1::Quota QuotaToProto(const Quota& quota);

// Keystone URL as users know it, with `/v3`.
std::string KeystoneV3Url(const Endpoint& endpoint);
// Region to use: as the catalog spells it, else as configured.
const std::string& RegionOf(const Endpoint& endpoint);

}  // namespace cis::server
