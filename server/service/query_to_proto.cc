// SPDX-License-Identifier: Apache-2.0
#include "server/service/query_to_proto.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/service/enum_words.h"

namespace cis::server {
namespace {

// Sets nothing if there are no bounds.
void BoundsToProto(const Int64Bounds& bounds,
                   v1::Int64Range* (v1::MachineRequirements::*mutable_range)(),
                   v1::MachineRequirements* machine) {
  if (!bounds.any()) return;
  v1::Int64Range& range = *(machine->*mutable_range)();
  if (bounds.min) range.set_min(*bounds.min);
  if (bounds.max) range.set_max(*bounds.max);
}

void MachineRequirementsToProto(const MachineRequest& query, v1::MachineRequirements* machine) {
  using M = v1::MachineRequirements;
  BoundsToProto(query.vcpu_count, &M::mutable_vcpu_count, machine);
  BoundsToProto(query.ram_mib, &M::mutable_ram_mib, machine);
  BoundsToProto(query.disk_gib, &M::mutable_disk_gib, machine);
  BoundsToProto(query.ephemeral_gib, &M::mutable_ephemeral_gib, machine);
  BoundsToProto(query.gpu_count, &M::mutable_gpu_count, machine);
  BoundsToProto(query.gpu_memory_mib, &M::mutable_gpu_memory_mib, machine);
  BoundsToProto(query.total_gpu_memory_mib, &M::mutable_total_gpu_memory_mib, machine);
  machine->set_gpu_model(query.gpu_model);
  machine->set_gpu_vendor(query.gpu_vendor);
  machine->set_gpu_kind(EnumOfWord<v1::GpuKind>(query.gpu_kind));
  machine->set_arch(query.arch);
  machine->set_cpu_allocation(EnumOfWord<v1::CpuAllocation>(query.cpu_alloc));
  machine->mutable_flavors()->Assign(query.flavor_globs.begin(), query.flavor_globs.end());
  machine->mutable_excluded_flavors()->Assign(query.excluded_flavor_globs.begin(),
                                              query.excluded_flavor_globs.end());
  machine->set_allow_boot_from_volume(query.allow_boot_from_volume);
  machine->set_availability_zone(query.zone);
}

// `Proto` is a message with requirements for an image; sets nothing if there are none.
template <typename Proto>
void ImageToProto(const MachineRequest& query, Proto* proto) {
  v1::ImageRequirements image;
  for (const OsRequirement& requirement : query.os) {
    v1::OsRequirement& os = *image.add_os();
    os.set_distro(requirement.distro);
    os.set_relation(static_cast<v1::VersionRelation>(requirement.relation));
    os.set_version(absl::StrCat(requirement.version, requirement.codename));
  }
  image.set_image(query.image);
  image.mutable_images()->Assign(query.image_globs.begin(), query.image_globs.end());
  image.mutable_excluded_images()->Assign(query.excluded_image_globs.begin(),
                                          query.excluded_image_globs.end());
  if (image.ByteSizeLong() > 0) *proto->mutable_image() = std::move(image);
}

// Likewise for a network.
template <typename Proto>
void NetworkToProto(const MachineRequest& query, Proto* proto) {
  v1::NetworkRequirements network;
  network.set_public_v4(static_cast<v1::AddressRequirement>(query.public_v4));
  network.set_public_v6(static_cast<v1::AddressRequirement>(query.public_v6));
  network.set_network(query.network);
  if (network.ByteSizeLong() > 0) *proto->mutable_network() = std::move(network);
}

void WeightsToProto(const CriterionValues& values, v1::ScoreWeights* weights) {
  const auto of = [&values](Criterion criterion) { return values[static_cast<size_t>(criterion)]; };
  weights->set_fit(of(Criterion::kFit));
  weights->set_network(of(Criterion::kNetwork));
  weights->set_os(of(Criterion::kOs));
  weights->set_health(of(Criterion::kHealth));
  weights->set_freshness(of(Criterion::kFreshness));
}

}  // namespace

v1::PlacementQuery QueryToProto(const PlacementQuery& query) {
  v1::PlacementQuery out;
  out.mutable_vos()->Assign(query.vos.begin(), query.vos.end());
  NetworkToProto(query, &out);
  if (query.parts().empty()) {
    MachineRequirementsToProto(query, out.mutable_machine());
    ImageToProto(query, &out);
  }
  if (query.groups.empty()) out.set_count(static_cast<int32_t>(query.count));
  for (const MachineRequest& alternative : query.alternatives) {
    v1::MachineAlternative& proto = *out.add_alternatives();
    proto.set_display_name(alternative.name);
    MachineRequirementsToProto(alternative, proto.mutable_machine());
    ImageToProto(alternative, &proto);
    proto.set_count(static_cast<int32_t>(alternative.count));
  }
  for (const MachineRequest& group : query.groups) {
    v1::MachineGroup& proto = *out.add_groups();
    proto.set_display_name(group.name);
    proto.set_count(static_cast<int32_t>(group.count));
    MachineRequirementsToProto(group, proto.mutable_machine());
    ImageToProto(group, &proto);
    NetworkToProto(group, &proto);
    // Without one, the query's would apply.
    if (out.has_network()) proto.mutable_network();
  }
  out.mutable_sites()->Assign(query.sites.begin(), query.sites.end());
  out.mutable_excluded_sites()->Assign(query.excluded_sites.begin(), query.excluded_sites.end());
  out.mutable_countries()->Assign(query.countries.begin(), query.countries.end());
  out.mutable_excluded_countries()->Assign(query.excluded_countries.begin(),
                                           query.excluded_countries.end());
  for (const ExcludedPlacement& one : query.excluded_placements) {
    v1::ExcludedPlacement& excluded = *out.add_excluded_placements();
    excluded.set_share(one.share);
    excluded.set_flavor(one.flavor);
  }
  if (query.max_age) {
    absl::Duration rest = *query.max_age;
    out.mutable_max_age()->set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
    out.mutable_max_age()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  }
  WeightsToProto(query.weights, out.mutable_weights());
  return out;
}

}  // namespace cis::server
