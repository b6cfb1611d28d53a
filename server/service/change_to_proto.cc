// SPDX-License-Identifier: Apache-2.0
#include "server/service/change_to_proto.h"

#include <string>

#include "schema/model/fields.h"
#include "schema/model/resource_name.h"
#include "server/service/proto_values.h"

namespace cis::server {

v1::ChangeKind ChangeKindToProto(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kFlavor:
      return v1::CHANGE_KIND_FLAVOR;
    case ChangeKind::kImage:
      return v1::CHANGE_KIND_IMAGE;
    case ChangeKind::kNetwork:
      return v1::CHANGE_KIND_NETWORK;
    case ChangeKind::kQuota:
      return v1::CHANGE_KIND_QUOTA;
    case ChangeKind::kShare:
      return v1::CHANGE_KIND_SHARE;
  }
  return v1::CHANGE_KIND_UNSPECIFIED;
}

namespace {

v1::ChangeEvent EventToProto(ChangeEvent event) {
  switch (event) {
    case ChangeEvent::kAppeared:
      return v1::CHANGE_EVENT_APPEARED;
    case ChangeEvent::kGone:
      return v1::CHANGE_EVENT_GONE;
    case ChangeEvent::kChanged:
      return v1::CHANGE_EVENT_CHANGED;
    case ChangeEvent::kReplaced:
      return v1::CHANGE_EVENT_REPLACED;
    case ChangeEvent::kRenamed:
      return v1::CHANGE_EVENT_RENAMED;
    case ChangeEvent::kConfigured:
      return v1::CHANGE_EVENT_CONFIGURED;
    case ChangeEvent::kUnconfigured:
      return v1::CHANGE_EVENT_UNCONFIGURED;
    case ChangeEvent::kFailing:
      return v1::CHANGE_EVENT_FAILING;
    case ChangeEvent::kRecovered:
      return v1::CHANGE_EVENT_RECOVERED;
  }
  return v1::CHANGE_EVENT_UNSPECIFIED;
}

v1::ChangeCause CauseToProto(ChangeCause cause) {
  switch (cause) {
    case ChangeCause::kSite:
      return v1::CHANGE_CAUSE_SITE;
    case ChangeCause::kConfiguration:
      return v1::CHANGE_CAUSE_CONFIGURATION;
    case ChangeCause::kRules:
      return v1::CHANGE_CAUSE_RULES;
  }
  return v1::CHANGE_CAUSE_UNSPECIFIED;
}

std::string ResourceOf(const Change& change) {
  switch (change.kind) {
    case ChangeKind::kFlavor:
      return FormatFlavorName(change.share.endpoint, change.upstream_id);
    case ChangeKind::kImage:
      return FormatImageName(change.share.endpoint, change.upstream_id);
    case ChangeKind::kNetwork:
      return FormatNetworkName(change.share, change.upstream_id);
    case ChangeKind::kQuota:
    case ChangeKind::kShare:
      return FormatShareName(change.share);
  }
  return "";
}

// The field by its name in the API; of a part, such as `extra_specs.KEY`, as it is.
std::string FieldOf(const Change& change) {
  switch (change.kind) {
    case ChangeKind::kFlavor:
      return std::string(ApiNameOf<Flavor>(change.field));
    case ChangeKind::kImage:
      return std::string(ApiNameOf<Image>(change.field));
    case ChangeKind::kNetwork:
      return std::string(ApiNameOf<Network>(change.field));
    case ChangeKind::kQuota:
    case ChangeKind::kShare:
      break;
  }
  return change.field;
}

}  // namespace

void ChangeToProto(const Change& change, v1::Change* proto) {
  proto->set_name(FormatChangeName(change.share.endpoint.site_name, change.id));
  *proto->mutable_time() = TimeToProto(change.time);
  proto->set_kind(ChangeKindToProto(change.kind));
  proto->set_event(EventToProto(change.event));
  proto->set_site_name(change.share.endpoint.site_name);
  proto->set_endpoint(FormatEndpointName(change.share.endpoint));
  if (change.of_share) {
    proto->set_share(FormatShareName(change.share));
    proto->set_vo(change.share.vo);
  }
  proto->set_resource(ResourceOf(change));
  proto->set_upstream_id(change.upstream_id);
  proto->set_display_name(change.name);
  proto->set_field(FieldOf(change));
  if (change.old_value) proto->set_old_value(*change.old_value);
  if (change.new_value) proto->set_new_value(*change.new_value);
  proto->set_cause(CauseToProto(change.cause));
}

}  // namespace cis::server
