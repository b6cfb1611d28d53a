// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small values in the form of the API. to_proto and placement_to_proto use them.

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/common.pb.h"
#include "cis/v1/inventory.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "schema/model/data_state.h"
#include "schema/model/fields.h"
#include "schema/model/known.h"
#include "schema/model/records.h"

namespace cis::server {

// `time` must be known: `if (IsKnown(t)) *m.mutable_observe_time() = TimeToProto(t);`
google::protobuf::Timestamp TimeToProto(absl::Time time);
absl::Time TimeFromProto(const google::protobuf::Timestamp& time);

v1::DataState DataStateToProto(DataState state);
v1::DataKind DataKindToProto(Kind kind);
v1::ErrorClass ErrorClassToProto(ErrorClass error);
v1::Confidence ConfidenceToProto(Confidence confidence);
// Returns nothing if it is unknown.
std::optional<bool> TristateToProto(Tristate value);
// `tried` is whether a login was ever tried; otherwise the result is "configured".
v1::VoSupport VoSupportToProto(VoSupport support, bool tried);
// `name_of` gives what the API calls the member that evidence is about.
v1::Provenance ProvenanceToProto(const Provenance& provenance,
                                 absl::FunctionRef<absl::string_view(absl::string_view)> name_of);
// Explains the inferred fields of a flavor, image or network by their names in the API.
template <typename Record>
v1::Provenance ProvenanceOf(const Record& record) {
  return ProvenanceToProto(record.provenance, ApiNameOf<Record>);
}
// Returns the resource of Quota::resource, without a volume type. UNSPECIFIED for a resource that
// the API does not know.
v1::QuotaResource QuotaResourceToProto(absl::string_view word);
// Returns a limit with its unit. A resource that the API does not know is not reported.
v1::Quota QuotaToProto(const Quota& quota);

// Returns the Keystone URL as users know it, with `/v3`.
std::string KeystoneV3Url(const Endpoint& endpoint);
// Returns the region to use: as the catalog spells it, else as configured.
const std::string& RegionOf(const Endpoint& endpoint);

}  // namespace cis::server
