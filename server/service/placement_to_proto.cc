// SPDX-License-Identifier: Apache-2.0
#include "server/service/placement_to_proto.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/model/known.h"
#include "schema/model/resource_name.h"
#include "server/placement/describe.h"
#include "server/service/proto_values.h"
#include "server/service/reason_to_proto.h"
#include "server/service/registry_to_proto.h"

namespace cis::server {
namespace {

static_assert(static_cast<int>(Unknown::kVoSupport) + 1 == v1::PLACEMENT_UNKNOWN_VO_SUPPORT &&
                  static_cast<int>(Unknown::kQuota) + 1 == v1::PLACEMENT_UNKNOWN_QUOTA &&
                  static_cast<int>(Unknown::kHost) + 1 == v1::PLACEMENT_UNKNOWN_HOST,
              "unknowns must stand in the order of the API");
static_assert(static_cast<int>(PlacementTier::kCertain) + 1 == v1::PLACEMENT_TIER_CERTAIN &&
                  static_cast<int>(PlacementTier::kAssumed) + 1 == v1::PLACEMENT_TIER_ASSUMED,
              "tiers must stand in the order of the API");
static_assert(static_cast<int>(Criterion::kFit) + 1 == v1::SCORE_CRITERION_FIT &&
                  static_cast<int>(Criterion::kFreshness) + 1 == v1::SCORE_CRITERION_FRESHNESS,
              "criteria must stand in the order of the API");

template <typename Proto>
void UnknownsToProto(Unknowns unknowns, Proto* proto) {
  for (uint32_t i = 0; i < kUnknownCount; ++i) {
    if ((unknowns & UnknownBit(static_cast<Unknown>(i))) == 0) continue;
    proto->add_unknowns(static_cast<v1::PlacementUnknown>(i + 1));
  }
}

v1::NetworkPlanKind PlanKindToProto(PlanKind kind) {
  switch (kind) {
    case PlanKind::kNone:
      break;
    case PlanKind::kDirect:
      return v1::NETWORK_PLAN_KIND_DIRECT;
    case PlanKind::kFloating:
      return v1::NETWORK_PLAN_KIND_FLOATING;
    case PlanKind::kFloatingNeedsRouter:
      return v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER;
    case PlanKind::kFloatingNeedsNetwork:
      return v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_NETWORK;
    case PlanKind::kPrivate:
      return v1::NETWORK_PLAN_KIND_PRIVATE;
    case PlanKind::kRoutedNeedsNetwork:
      return v1::NETWORK_PLAN_KIND_ROUTED_NEEDS_NETWORK;
    case PlanKind::kPrivateNeedsNetwork:
      return v1::NETWORK_PLAN_KIND_PRIVATE_NEEDS_NETWORK;
  }
  return v1::NETWORK_PLAN_KIND_UNSPECIFIED;
}

// Sets the fields of the plan that do not depend on the request.
void WayToProto(const IndexedShare& share, const NetworkPlan& plan, v1::NetworkPlan* proto) {
  proto->set_kind(PlanKindToProto(plan.kind));
  if (plan.network != nullptr) NetworkRefToProto(share, *plan.network, proto->mutable_network());
  if (plan.pool != nullptr) {
    NetworkRefToProto(share, *plan.pool, proto->mutable_external_network());
  }
  if (plan.router != nullptr) {
    proto->mutable_router()->set_upstream_id(plan.router->id);
    proto->mutable_router()->set_display_name(plan.router->name);
  }
  if (plan.subnet != nullptr) proto->set_subnet_id(std::string(*plan.subnet));
  for (const SharedText* id : plan.port_subnets) proto->add_port_subnet_ids(std::string(*id));
  proto->set_port_device_owner(plan.port_owner);
  proto->set_router_needs_enabling(plan.enables_router);
  proto->set_router_needs_gateway(plan.sets_gateway);
  if (plan.subnet_pool != nullptr) {
    proto->mutable_subnet_pool()->set_upstream_id(plan.subnet_pool->id);
    proto->mutable_subnet_pool()->set_display_name(plan.subnet_pool->name);
  }
  if (plan.new_ip_version != 0) proto->set_new_subnet_ip_version(plan.new_ip_version);
  proto->set_needs_config_drive(plan.needs_config_drive);
  proto->set_is_assumed(plan.is_assumed);
  if (plan.unattached != nullptr) {
    proto->mutable_unattached_floating_ip_ids()->Assign(plan.unattached->ids.begin(),
                                                        plan.unattached->ids.end());
  }
  if (IsKnown(plan.public_v4)) proto->set_public_v4(plan.public_v4 == Tristate::kYes);
  if (IsKnown(plan.public_v6)) proto->set_public_v6(plan.public_v6 == Tristate::kYes);
}

void PlacedFlavorToProto(const Placement& placement, v1::PlacedFlavor* proto) {
  const Flavor& flavor = *placement.flavor;
  proto->set_name(NameOfFlavor(*placement.share, flavor.id));
  proto->set_upstream_id(std::string(flavor.id));
  proto->set_display_name(std::string(flavor.name));
  if (flavor.vcpu_count) proto->set_vcpu_count(*flavor.vcpu_count);
  if (flavor.ram_mib) proto->set_ram_mib(*flavor.ram_mib);
  if (flavor.disk_gib) proto->set_disk_gib(*flavor.disk_gib);
  if (flavor.ephemeral_gib) proto->set_ephemeral_gib(*flavor.ephemeral_gib);
  if (flavor.gpu_count) proto->set_gpu_count(*flavor.gpu_count);
  proto->set_gpu_model(std::string(flavor.gpu_model));
  proto->set_arch(std::string(flavor.arch));
}

void PlacedImageToProto(const Placement& placement, v1::PlacedImage* proto) {
  const Image& image = *placement.image->image;
  proto->set_name(NameOfImage(*placement.share, image.id));
  proto->set_upstream_id(std::string(image.id));
  proto->set_display_name(std::string(image.name));
  proto->set_os_distro(std::string(image.os_distro));
  proto->set_os_version(std::string(image.os_version));
  proto->set_arch(std::string(image.arch));
  proto->set_build_date(std::string(image.build_date));
  proto->set_eol_date(std::string(image.eol_date));
  proto->set_confidence(ConfidenceToProto(
      std::min(image.provenance.Of("os_distro"), image.provenance.Of("os_version"))));
}

void NetworkPlanToProto(const Placement& placement, v1::NetworkPlan* proto) {
  const NetworkPlan& plan = *placement.plan;
  const IndexedShare& share = *placement.share;
  WayToProto(share, plan, proto);
  for (const NetworkPlan* fallback : placement.fallbacks) {
    WayToProto(share, *fallback, proto->add_fallbacks());
  }
  if (const std::optional<int64_t> left = placement.floating_ip_quota_free) {
    v1::Amount& amount = *proto->mutable_floating_ips_left();
    if (*left < 0) {
      amount.set_unlimited(true);
    } else {
      amount.set_value(static_cast<double>(*left));
    }
  }
  proto->set_confidence(ConfidenceToProto(placement.plan_confidence));
  proto->set_is_ambiguous(plan.ambiguous);
  for (const Network* network : plan.alternatives) {
    NetworkRefToProto(share, *network, proto->add_alternatives());
  }
  for (const Evidence& evidence : PlanEvidence(plan)) {
    v1::Evidence& added = *proto->add_evidence();
    added.set_field(std::string(evidence.field));
    added.set_source(std::string(evidence.source));
    added.set_value(std::string(evidence.value));
  }
}

void PlacedMachineToProto(const Placement& placement, const PlacementQuery& query,
                          const std::string& prepared_by, v1::PlacedMachine* proto) {
  const Image& image = *placement.image->image;
  PlacedFlavorToProto(placement, proto->mutable_flavor());
  PlacedImageToProto(placement, proto->mutable_image());
  if (placement.plan->kind != PlanKind::kNone) {
    v1::NetworkPlan& network = *proto->mutable_network();
    NetworkPlanToProto(placement, &network);
    for (std::string& step : DescribeSteps(placement, query, prepared_by)) {
      network.add_steps(std::move(step));
    }
  }
  proto->set_login_user(std::string(image.login_user));
  proto->set_login_user_confidence(ConfidenceToProto(image.provenance.Of("login_user")));
  if (placement.boot_volume_gib) proto->set_boot_volume_gib(*placement.boot_volume_gib);
  proto->set_volume_type(placement.boot.volume_type);
  proto->set_availability_zone(placement.boot.zone);
  proto->set_volume_availability_zone(placement.boot.volume_zone);
  proto->mutable_fallback_availability_zones()->Assign(placement.boot.fallback_zones.begin(),
                                                       placement.boot.fallback_zones.end());
}

void GroupsToProto(const Placement& placement, absl::Span<const PlacementQuery> parts,
                   v1::Placement* proto) {
  for (size_t i = 0; i < placement.groups.size(); ++i) {
    const Placement& group = placement.groups[i];
    v1::PlacedGroup& added = *proto->add_groups();
    added.set_display_name(parts[i].name);
    added.set_count(static_cast<int32_t>(parts[i].count));
    if (group.prepared_by) added.set_prepared_by(parts[*group.prepared_by].name);
    PlacedMachineToProto(group, parts[i], added.prepared_by(), added.mutable_machine());
  }
}

// Returns the notes of each group; a note of all groups appears once.
std::vector<std::string> GroupNotes(const Placement& placement,
                                    absl::Span<const PlacementQuery> parts, absl::Time now) {
  std::vector<std::vector<std::string>> notes;
  for (size_t i = 0; i < placement.groups.size(); ++i) {
    notes.push_back(DescribeNotes(placement.groups[i], parts[i], now));
  }
  std::vector<std::string> out;
  for (size_t i = 0; i < notes.size(); ++i) {
    for (const std::string& note : notes[i]) {
      const bool is_of_all =
          std::all_of(notes.begin(), notes.end(), [&note](const std::vector<std::string>& others) {
            return std::find(others.begin(), others.end(), note) != others.end();
          });
      std::string text = is_of_all ? note : absl::StrCat("Group ", parts[i].name, ": ", note);
      if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
    }
  }
  return out;
}

}  // namespace

void PlacementToProto(const Placement& placement, const PlacementQuery& query,
                      absl::Span<const PlacementQuery> parts, absl::Time now,
                      v1::Placement* proto) {
  const IndexedShare& indexed = *placement.share;
  const Share& share = indexed.share();
  const Endpoint& endpoint = indexed.view.endpoint->endpoint;
  proto->set_share(indexed.name);
  proto->set_site_name(indexed.view.site->site.name);
  proto->set_vo(share.vo);
  proto->set_keystone_url(KeystoneV3Url(endpoint));
  proto->set_region(RegionOf(endpoint));
  proto->set_project_id(share.project_id);
  proto->set_project_name(share.project_name);
  proto->set_protocol(endpoint.protocol);
  const PlacementQuery& of_machine = parts[placement.alternative.value_or(0)];
  if (placement.groups.empty()) {
    PlacedMachineToProto(placement, of_machine, "", proto->mutable_machine());
  }
  GroupsToProto(placement, parts, proto);
  if (placement.alternative) proto->set_alternative(of_machine.name);
  proto->set_score(placement.score);
  proto->set_tier(static_cast<v1::PlacementTier>(static_cast<int>(placement.tier) + 1));
  for (size_t i = 0; i < placement.parts.size(); ++i) {
    v1::ScorePart& part = *proto->add_score_parts();
    part.set_criterion(static_cast<v1::ScoreCriterion>(i + 1));
    part.set_value(placement.parts[i]);
    part.set_weight(query.weights[i]);
  }
  proto->set_data_state(DataStateToProto(placement.data_state));
  if (IsKnown(placement.observe_time)) {
    *proto->mutable_observe_time() = TimeToProto(placement.observe_time);
    const absl::Duration age = std::max(absl::ZeroDuration(), now - placement.observe_time);
    proto->mutable_data_age()->set_seconds(absl::ToInt64Seconds(age));
  }
  proto->set_confidence(ConfidenceToProto(placement.confidence));
  for (std::string& note : placement.groups.empty() ? DescribeNotes(placement, of_machine, now)
                                                    : GroupNotes(placement, parts, now)) {
    proto->add_notes(std::move(note));
  }
  UnknownsToProto(placement.unknowns, proto);
  if (placement.downtime != nullptr) {
    DowntimeToProto(*placement.downtime, now, proto->mutable_downtime());
    proto->mutable_downtime()->add_endpoints(FormatEndpointName(endpoint));
  }
}

void VerdictToProto(const ShareVerdict& verdict, const ShareDetails& details,
                    const PlacementQuery& query, v1::ShareVerdict* proto) {
  const IndexedShare& indexed = *verdict.share;
  proto->set_share(indexed.name);
  proto->set_site_name(indexed.view.site->site.name);
  proto->set_vo(indexed.share().vo);
  proto->set_region(RegionOf(indexed.view.endpoint->endpoint));
  proto->set_satisfies(verdict.fits);
  if (verdict.blocking() != nullptr) {
    ReasonToProto(*verdict.blocking(), query, indexed, proto->mutable_blocking_reason());
  }
  for (const Reason& reason : verdict.also()) {
    ReasonToProto(reason, query, indexed, proto->add_further_reasons());
  }
  UnknownsToProto(verdict.unknowns, proto);
  proto->set_data_state(DataStateToProto(verdict.data_state));
  if (IsKnown(verdict.observe_time)) {
    *proto->mutable_observe_time() = TimeToProto(verdict.observe_time);
  }
  for (const Reason& reason : details.refused_pairs) {
    v1::RefusedPair& pair = *proto->add_refused_pairs();
    FlavorRefToProto(indexed, *reason.flavor, pair.mutable_flavor());
    ImageRefToProto(indexed, *reason.image, pair.mutable_image());
    ReasonToProto(reason, query, indexed, pair.mutable_reason());
  }
  for (const Reason& reason : details.near_misses) {
    v1::NearMiss& miss = *proto->add_near_misses();
    if (reason.flavor != nullptr) {
      FlavorRefToProto(indexed, *reason.flavor, miss.mutable_resource());
    } else {
      ImageRefToProto(indexed, *reason.image, miss.mutable_resource());
    }
    ReasonToProto(reason, query, indexed, miss.mutable_reason());
  }
}

}  // namespace cis::server
