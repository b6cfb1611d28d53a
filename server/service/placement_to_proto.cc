#include "server/service/placement_to_proto.h"

#include <algorithm>

#include "schema/model/resource_name.h"
#include "server/placement/describe.h"
#include "server/service/proto_values.h"
#include "server/service/registry_to_proto.h"

namespace cis {
namespace {

template <typename Proto>
void UnknownsToProto(Unknowns unknowns, Proto& proto) {
  for (uint32_t i = 0; i < kUnknownCount; ++i) {
    const auto unknown = static_cast<Unknown>(i);
    if ((unknowns & UnknownBit(unknown)) != 0) {
      const absl::string_view text = FormatUnknown(unknown);
      proto.add_unknowns(text.data(), text.size());
    }
  }
}

void NetworkRefToProto(const Share& share, const Network& network, v1::NetworkRef& proto) {
  proto.set_name(FormatNetworkName(share, network.id));
  proto.set_upstream_id(network.id);
  proto.set_display_name(network.name);
}

v1::NetworkPlan::Kind KindToProto(PlanKind kind) {
  switch (kind) {
    case PlanKind::kNone:
      return v1::NetworkPlan::KIND_UNSPECIFIED;
    case PlanKind::kDirect:
      return v1::NetworkPlan::DIRECT;
    case PlanKind::kFloating:
      return v1::NetworkPlan::FLOATING;
    case PlanKind::kFloatingNeedsRouter:
      return v1::NetworkPlan::FLOATING_NEEDS_ROUTER;
    case PlanKind::kFloatingNeedsNetwork:
      return v1::NetworkPlan::FLOATING_NEEDS_NETWORK;
    case PlanKind::kPrivate:
      return v1::NetworkPlan::PRIVATE;
    case PlanKind::kRoutedNeedsNetwork:
      return v1::NetworkPlan::ROUTED_NEEDS_NETWORK;
    case PlanKind::kPrivateNeedsNetwork:
      return v1::NetworkPlan::PRIVATE_NEEDS_NETWORK;
  }
  return v1::NetworkPlan::KIND_UNSPECIFIED;
}

// What of the plan does not depend on the request.
void WayToProto(const Share& share, const NetworkPlan& plan, v1::NetworkPlan& proto) {
  proto.set_kind(KindToProto(plan.kind));
  if (plan.network != nullptr) NetworkRefToProto(share, *plan.network, *proto.mutable_network());
  if (plan.pool != nullptr) {
    NetworkRefToProto(share, *plan.pool, *proto.mutable_external_network());
    proto.mutable_router();  // set, empty: it must be made
  }
  if (plan.router != nullptr) {
    proto.mutable_router()->set_upstream_id(plan.router->id);
    proto.mutable_router()->set_display_name(plan.router->name);
  }
  if (plan.subnet != nullptr) proto.set_subnet_id(*plan.subnet);
  for (const std::string* id : plan.port_subnets) proto.add_port_subnet_ids(*id);
  proto.set_port_device_owner(plan.port_owner);
  proto.set_router_needs_enabling(plan.enables_router);
  proto.set_router_needs_gateway(plan.sets_gateway);
  if (plan.subnet_pool != nullptr) {
    proto.mutable_subnet_pool()->set_upstream_id(plan.subnet_pool->id);
    proto.mutable_subnet_pool()->set_display_name(plan.subnet_pool->name);
  }
  proto.set_new_subnet_ip_version(plan.new_ip_version);
  proto.set_needs_config_drive(plan.needs_config_drive);
  proto.set_is_assumed(plan.is_assumed);
  if (plan.unattached != nullptr) {
    proto.mutable_unattached_floating_ip_ids()->Assign(plan.unattached->ids.begin(),
                                                       plan.unattached->ids.end());
  }
  proto.set_public_v4(TristateToProto(plan.public_v4));
  proto.set_public_v6(TristateToProto(plan.public_v6));
}

}  // namespace

void PlacedFlavorToProto(const Placement& placement, v1::PlacedFlavor& proto) {
  const Flavor& flavor = *placement.flavor;
  proto.set_name(FormatFlavorName(placement.share->view.endpoint->endpoint, flavor.id));
  proto.set_upstream_id(flavor.id);
  proto.set_display_name(flavor.name);
  proto.set_vcpu_count(flavor.vcpu_count.value_or(0));
  proto.set_ram_mib(flavor.ram_mib.value_or(0));
  proto.set_disk_gib(flavor.disk_gib.value_or(0));
  proto.set_ephemeral_gib(flavor.ephemeral_gib.value_or(0));
  if (flavor.gpu_count) proto.set_gpu_count(*flavor.gpu_count);
  proto.set_gpu_model(flavor.gpu_model);
  proto.set_arch(flavor.arch);
}

void PlacedImageToProto(const Placement& placement, v1::PlacedImage& proto) {
  const Image& image = *placement.image->image;
  proto.set_name(FormatImageName(placement.share->view.endpoint->endpoint, image.id));
  proto.set_upstream_id(image.id);
  proto.set_display_name(image.name);
  proto.set_os_distro(image.os_distro);
  proto.set_os_version(image.os_version);
  proto.set_arch(image.arch);
  proto.set_build_date(image.build_date);
  proto.set_eol_date(image.eol_date);
  proto.set_confidence(ConfidenceToProto(
      std::min(image.provenance.Of("os_distro"), image.provenance.Of("os_version"))));
}

void NetworkPlanToProto(const Placement& placement, const PlacementQuery& query,
                        v1::NetworkPlan& proto) {
  const NetworkPlan& plan = *placement.plan;
  const Share& share = placement.share->share();
  WayToProto(share, plan, proto);
  for (const NetworkPlan* fallback : placement.fallbacks) {
    WayToProto(share, *fallback, *proto.add_fallbacks());
  }
  if (placement.floating_ip_quota_free) {
    proto.set_floating_ip_quota_free(*placement.floating_ip_quota_free);
  }
  proto.set_confidence(ConfidenceToProto(placement.plan_confidence));
  proto.set_ambiguous(plan.ambiguous);
  for (const Network* network : plan.alternatives) {
    NetworkRefToProto(share, *network, *proto.add_alternatives());
  }
  for (const Evidence& evidence : PlanEvidence(plan)) {
    v1::Evidence& added = *proto.add_evidence();
    added.set_field(evidence.field);
    added.set_source(evidence.source);
    added.set_value(evidence.value);
  }
  for (std::string& step : DescribeSteps(placement, query)) proto.add_steps(std::move(step));
}

void PlacementToProto(const Placement& placement, const PlacementQuery& query, absl::Time now,
                      v1::Placement& proto) {
  const IndexedShare& indexed = *placement.share;
  const Share& share = indexed.share();
  const Endpoint& endpoint = indexed.view.endpoint->endpoint;
  const Image& image = *placement.image->image;
  proto.set_share(indexed.name);
  proto.set_site_name(indexed.view.site->site.name);
  proto.set_vo(share.vo);
  proto.set_keystone_url(KeystoneV3Url(endpoint));
  proto.set_region(RegionOf(endpoint));
  proto.set_project_id(share.project_id);
  proto.set_project_name(share.project_name);
  proto.set_protocol(endpoint.protocol);
  proto.set_login_user(image.login_user);
  proto.set_login_user_confidence(ConfidenceToProto(image.provenance.Of("login_user")));
  proto.set_score(placement.score);
  proto.set_bucket(placement.bucket);
  for (size_t i = 0; i < placement.parts.size(); ++i) {
    v1::ScorePart& part = *proto.add_score_parts();
    const absl::string_view criterion = FormatCriterion(static_cast<Criterion>(i));
    part.set_criterion(criterion.data(), criterion.size());
    part.set_value(placement.parts[i]);
    part.set_weight(query.weights[i]);
  }
  proto.set_data_state(DataStateToProto(placement.data_state));
  if (IsKnownTime(placement.observe_time)) {
    *proto.mutable_observe_time() = TimeToProto(placement.observe_time);
    const absl::Duration age = std::max(absl::ZeroDuration(), now - placement.observe_time);
    proto.mutable_data_age()->set_seconds(absl::ToInt64Seconds(age));
  }
  proto.set_confidence(ConfidenceToProto(placement.confidence));
  for (const std::string& note : DescribeNotes(placement, query, now)) {
    proto.add_notes(note);
  }
  UnknownsToProto(placement.unknowns, proto);
  if (placement.boot_volume_gib) proto.set_boot_volume_gib(*placement.boot_volume_gib);
  proto.set_availability_zone(placement.boot.zone);
  for (const std::string& zone : placement.boot.fallback_zones) {
    proto.add_fallback_availability_zones(zone);
  }
  proto.set_volume_availability_zone(placement.boot.volume_zone);
  proto.set_volume_type(placement.boot.volume_type);
  if (placement.downtime != nullptr) {
    DowntimeToProto(*placement.downtime, now, *proto.mutable_downtime());
    proto.mutable_downtime()->add_endpoints(FormatEndpointName(endpoint));
  }
}

void VerdictToProto(const ShareVerdict& verdict, const PlacementQuery& query,
                    size_t max_refused_pairs, v1::ShareVerdict& proto) {
  const Share& share = verdict.share->share();
  proto.set_share(verdict.share->name);
  proto.set_site_name(verdict.share->view.site->site.name);
  proto.set_vo(share.vo);
  proto.set_region(RegionOf(verdict.share->view.endpoint->endpoint));
  proto.set_fits(verdict.fits);
  UnknownsToProto(verdict.unknowns, proto);
  proto.set_data_state(DataStateToProto(verdict.data_state));
  if (IsKnownTime(verdict.observe_time)) {
    *proto.mutable_observe_time() = TimeToProto(verdict.observe_time);
  }
  for (const Reason& reason : verdict.refused_pairs) {
    if (max_refused_pairs == 0) break;
    --max_refused_pairs;
    v1::RefusedPair& pair = *proto.add_refused_pairs();
    pair.set_flavor(reason.flavor->name);
    pair.set_image(reason.image->name);
    ReasonToProto(reason, query, *pair.mutable_reason());
  }
}

void ReasonToProto(const Reason& reason, const PlacementQuery& query, v1::Reason& proto) {
  const ReasonText text = FormatReason(reason, query);
  const absl::string_view code = FormatReasonCode(reason.code);
  const absl::string_view stage = FormatStage(StageOf(reason.code));
  proto.set_code(code.data(), code.size());
  proto.set_stage(stage.data(), stage.size());
  proto.set_want(text.want);
  proto.set_best(text.best);
  proto.set_best_item(text.best_item);
  proto.set_gap(text.gap);
  if (text.gap_percent) proto.set_gap_percent(*text.gap_percent);
  proto.set_message(text.message);
}

}  // namespace cis
