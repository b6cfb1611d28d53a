#include "server/service/to_proto.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "schema/model/resource_name.h"
#include "server/service/proto_values.h"

namespace cis {
namespace {

// Sets a Timestamp field unless the time is unknown.
template <typename Message>
void SetTime(Message& message, google::protobuf::Timestamp* (Message::*field)(), absl::Time time) {
  if (IsKnownTime(time)) *(message.*field)() = TimeToProto(time);
}

// Sets an optional field unless the value is absent.
template <typename Message, typename Number>
void SetOptional(Message& message, void (Message::*set)(Number),
                 const std::optional<Number>& value) {
  if (value.has_value()) (message.*set)(*value);
}

void KindToProto(const RequestContext& context, Kind kind, const KindState* state,
                 v1::KindStatus& proto) {
  proto.set_kind(std::string(FormatKind(kind)));
  proto.set_state(DataStateToProto(StateOf(state, context.now, context.freshness)));
  if (state == nullptr) return;
  SetTime(proto, &v1::KindStatus::mutable_observe_time, state->success_time);
  SetTime(proto, &v1::KindStatus::mutable_attempt_time, state->attempt_time);
  if (state->error != ErrorClass::kNone) {
    proto.set_error_class(std::string(FormatErrorClass(state->error)));
    proto.set_error_message(state->error_message);
    SetTime(proto, &v1::KindStatus::mutable_failing_since_time, state->failing_since);
  }
  proto.set_failure_count(state->failure_count);
  proto.set_skipped_count(state->skipped_count);
  for (const std::string& remark : state->remarks) proto.add_remarks(remark);
}

void SubnetToProto(const Subnet& subnet, v1::Subnet& proto) {
  proto.set_upstream_id(subnet.id);
  proto.set_display_name(subnet.name);
  proto.set_ip_version(subnet.ip_version);
  proto.set_cidr(subnet.cidr);
  proto.set_gateway_ip(subnet.gateway_ip);
  proto.set_source(subnet.source);
  SetOptional(proto, &v1::Subnet::set_enable_dhcp, subnet.enable_dhcp);
  for (const std::string& type : subnet.service_types) proto.add_service_types(type);
  SetOptional(proto, &v1::Subnet::set_address_count, subnet.address_count);
  SetOptional(proto, &v1::Subnet::set_used_count, subnet.used_count);
  proto.set_has_dhcp_port(subnet.has_dhcp_port);
  proto.set_gateway_holder(subnet.gateway_holder);
  proto.set_is_public(TristateToProto(subnet.is_public));
}

void SubnetPoolToProto(const SubnetPool& pool, v1::SubnetPool& proto) {
  proto.set_upstream_id(pool.id);
  proto.set_display_name(pool.name);
  proto.set_ip_version(pool.ip_version);
  for (const std::string& prefix : pool.prefixes) proto.add_prefixes(prefix);
  SetOptional(proto, &v1::SubnetPool::set_default_prefix_length, pool.default_prefix_length);
  proto.set_address_scope_id(pool.address_scope_id);
  proto.set_owner_project_id(pool.owner);
  SetOptional(proto, &v1::SubnetPool::set_shared, pool.shared);
  SetOptional(proto, &v1::SubnetPool::set_is_default, pool.is_default);
  proto.set_is_public(TristateToProto(pool.is_public));
}

// What a share may use and choose from.
void LimitsToProto(const ShareCatalog& catalog, v1::Share& proto) {
  for (const Quota& quota : catalog.quotas) {
    v1::Quota& entry = *proto.add_quotas();
    entry.set_resource(quota.resource);
    entry.set_limit(quota.limit);
    SetOptional(entry, &v1::Quota::set_used, quota.used);
  }
  for (const SubnetPool& pool : catalog.subnet_pools) {
    SubnetPoolToProto(pool, *proto.add_subnet_pools());
  }
  for (const AvailabilityZone& zone : catalog.zones) {
    v1::AvailabilityZone& entry = *proto.add_availability_zones();
    entry.set_display_name(zone.name);
    entry.set_service(zone.service);
    entry.set_available(zone.available);
  }
  for (const VolumeType& type : catalog.volume_types) {
    v1::VolumeType& entry = *proto.add_volume_types();
    entry.set_upstream_id(type.id);
    entry.set_display_name(type.name);
    entry.set_is_default(type.is_default);
    for (const std::string& zone : type.zones) entry.add_zones(zone);
  }
}

}  // namespace

void SiteToProto(const SiteSummary& summary, v1::Site& proto) {
  const SiteCatalog& catalog = *summary.site->site();
  proto.set_name(FormatSiteName(catalog.site.name));
  proto.set_display_name(catalog.site.name);
  proto.set_country_code(catalog.site.country_code);
  proto.set_configured(catalog.site.configured);
  proto.set_state(DataStateToProto(summary.state));
  SetTime(proto, &v1::Site::mutable_observe_time, summary.observe_time);
  for (const EndpointView& view : summary.site->endpoints()) {
    proto.add_endpoints(FormatEndpointName(view.endpoint->endpoint));
  }
  for (const std::string& vo : summary.vos) proto.add_vos(vo);
  proto.set_share_count(summary.share_count);
  const auto count_of = [&summary](DataState state) {
    const auto it = summary.share_counts.find(state);
    return it == summary.share_counts.end() ? 0 : it->second;
  };
  proto.set_fresh_share_count(count_of(DataState::kFresh));
  proto.set_stale_share_count(count_of(DataState::kStale));
  proto.set_expired_share_count(count_of(DataState::kExpired));
  proto.set_missing_share_count(count_of(DataState::kMissing));
  for (const auto& [error, told] : summary.errors) {
    v1::ErrorCount& entry = *proto.add_errors();
    entry.set_error_class(std::string(FormatErrorClass(error)));
    entry.set_kind_count(told.kind_count);
    entry.set_share_count(told.share_count);
    for (const Kind kind : told.kinds) entry.add_kinds(std::string(FormatKind(kind)));
    entry.set_error_message(told.error_message);
    SetTime(entry, &v1::ErrorCount::mutable_failing_since_time, told.failing_since);
  }
  if (summary.next_attempt != absl::InfiniteFuture()) {
    SetTime(proto, &v1::Site::mutable_next_attempt_time, summary.next_attempt);
  }
}

void EndpointToProto(const EndpointView& view, v1::Endpoint& proto) {
  const Endpoint& endpoint = view.endpoint->endpoint;
  proto.set_name(FormatEndpointName(endpoint));
  proto.set_site_name(view.site->site.name);
  proto.set_keystone_url(KeystoneV3Url(endpoint));
  proto.set_region(RegionOf(endpoint));
  proto.set_protocol(endpoint.protocol);
  proto.set_configured(endpoint.configured);
  int32_t share_count = 0;
  for (const ShareCatalog& share : view.endpoint->shares) {
    if (share.share.configured || !endpoint.configured) ++share_count;
  }
  proto.set_share_count(share_count);
}

void VoToProto(const VoSummary& summary, v1::Vo& proto) {
  proto.set_name(FormatVoName(summary.vo));
  proto.set_display_name(summary.vo);
  for (const std::string& site : summary.site_names) proto.add_sites(FormatSiteName(site));
  proto.set_share_count(summary.share_count);
  proto.set_authenticated_share_count(summary.authenticated_share_count);
  proto.set_refused_share_count(summary.refused_share_count);
}

void ShareToProto(const RequestContext& context, const ShareView& view, v1::Share& proto) {
  const ShareCatalog& catalog = *view.share;
  const Share& share = catalog.share;
  const Endpoint& endpoint = view.endpoint->endpoint;
  proto.set_name(FormatShareName(share));
  proto.set_site_name(view.site->site.name);
  proto.set_vo(share.vo);
  proto.set_endpoint(FormatEndpointName(endpoint));
  proto.set_keystone_url(KeystoneV3Url(endpoint));
  proto.set_region(RegionOf(endpoint));
  proto.set_project_id(share.project_id);
  proto.set_project_name(share.project_name);
  const KindState* login = FindKind(catalog.kinds, Kind::kAuth);
  const absl::Time attempt_time = login == nullptr ? absl::InfinitePast() : login->attempt_time;
  proto.set_support(VoSupportToProto(share.support, IsKnownTime(attempt_time)));
  SetTime(proto, &v1::Share::mutable_login_attempt_time, attempt_time);
  SetTime(proto, &v1::Share::mutable_support_time, share.support_time);
  proto.set_configured(share.configured);
  proto.set_discovered(share.discovered);
  proto.set_state(DataStateToProto(StateOfShare(context, catalog)));
  for (const Kind kind : kAllKinds) {
    KindToProto(context, kind, FindKind(catalog.kinds, kind), *proto.add_kinds());
  }
  LimitsToProto(catalog, proto);
  proto.set_flavor_count(static_cast<int32_t>(catalog.flavor_indexes.size()));
  proto.set_image_count(static_cast<int32_t>(catalog.image_indexes.size()));
  int32_t network_count = 0;
  for (const Stored<Network>& network : catalog.networks) {
    if (network.active) ++network_count;
  }
  proto.set_network_count(network_count);
  if (catalog.floating_ips_known) {
    int32_t unattached = 0;
    for (const FloatingIp& ip : catalog.floating_ips) {
      if (!ip.attached) ++unattached;
    }
    proto.set_unattached_floating_ip_count(unattached);
  }
  SetTime(proto, &v1::Share::mutable_observe_time, OldestSuccess(catalog.kinds, kAllKinds));
  if (const std::optional<BackOff> back_off = BackOffOf(context, view)) {
    SetTime(proto, &v1::Share::mutable_next_attempt_time, back_off->next_attempt);
  }
}

void FlavorToProto(const FlavorView& view, v1::Flavor& proto) {
  const Flavor& flavor = view.record();
  const Endpoint& endpoint = view.endpoint->endpoint;
  proto.set_name(FormatFlavorName(endpoint, flavor.id));
  proto.set_upstream_id(flavor.id);
  proto.set_display_name(flavor.name);
  proto.set_description(flavor.description);
  proto.set_site_name(view.site->site.name);
  proto.set_endpoint(FormatEndpointName(endpoint));
  proto.set_region(RegionOf(endpoint));
  SetOptional(proto, &v1::Flavor::set_vcpu_count, flavor.vcpu_count);
  SetOptional(proto, &v1::Flavor::set_ram_mib, flavor.ram_mib);
  SetOptional(proto, &v1::Flavor::set_disk_gib, flavor.disk_gib);
  SetOptional(proto, &v1::Flavor::set_ephemeral_gib, flavor.ephemeral_gib);
  SetOptional(proto, &v1::Flavor::set_swap_mib, flavor.swap_mib);
  SetOptional(proto, &v1::Flavor::set_gpu_count, flavor.gpu_count);
  proto.set_gpu_vendor(flavor.gpu_vendor);
  proto.set_gpu_model(flavor.gpu_model);
  proto.set_gpu_kind(flavor.gpu_kind);
  SetOptional(proto, &v1::Flavor::set_gpu_memory_mib, flavor.gpu_memory_mib);
  proto.set_arch(flavor.arch);
  proto.set_cpu_alloc(flavor.cpu_alloc);
  SetOptional(proto, &v1::Flavor::set_is_public, flavor.is_public);
  proto.set_boot_from_volume(flavor.boot_from_volume);
  proto.set_baremetal(flavor.baremetal);
  proto.set_extra_specs_known(flavor.extra_specs.has_value());
  if (flavor.extra_specs.has_value()) {
    for (const auto& [key, value] : *flavor.extra_specs) {
      (*proto.mutable_extra_specs())[key] = value;
    }
  }
  for (const absl::string_view vo : VosOf(view)) proto.add_vos(std::string(vo));
  proto.set_active(view.stored->active);
  SetTime(proto, &v1::Flavor::mutable_first_seen_time, view.stored->first_seen);
  SetTime(proto, &v1::Flavor::mutable_last_seen_time, view.stored->last_seen);
  *proto.mutable_provenance() = ProvenanceToProto(flavor.provenance);
}

void ImageToProto(const ImageView& view, v1::Image& proto) {
  const Image& image = view.record();
  const Endpoint& endpoint = view.endpoint->endpoint;
  proto.set_name(FormatImageName(endpoint, image.id));
  proto.set_upstream_id(image.id);
  proto.set_display_name(image.name);
  proto.set_site_name(view.site->site.name);
  proto.set_endpoint(FormatEndpointName(endpoint));
  proto.set_region(RegionOf(endpoint));
  proto.set_status(image.status);
  proto.set_visibility(image.visibility);
  SetOptional(proto, &v1::Image::set_hidden, image.hidden);
  proto.set_os_distro(image.os_distro);
  proto.set_os_version(image.os_version);
  proto.set_os_codename(image.os_codename);
  proto.set_arch(image.arch);
  proto.set_login_user(image.login_user);
  proto.set_purpose(image.purpose);
  proto.set_is_snapshot(image.is_snapshot);
  proto.set_usable(image.usable);
  SetOptional(proto, &v1::Image::set_min_ram_mib, image.min_ram_mib);
  SetOptional(proto, &v1::Image::set_min_disk_gib, image.min_disk_gib);
  SetOptional(proto, &v1::Image::set_size_bytes, image.size_bytes);
  SetOptional(proto, &v1::Image::set_virtual_size_bytes, image.virtual_size_bytes);
  proto.set_disk_format(image.disk_format);
  proto.set_container_format(image.container_format);
  SetTime(proto, &v1::Image::mutable_create_time, image.create_time);
  proto.set_build_date(image.build_date);
  proto.set_eol_date(image.eol_date);
  proto.set_egi_ref(image.egi_ref);
  SetOptional(proto, &v1::Image::set_bootable, image.bootable);
  proto.set_expire_date(image.expire_date);
  proto.set_image_source(image.image_source);
  proto.set_uuid_validity(image.uuid_validity);
  proto.set_replace_frequency(image.replace_frequency);
  proto.set_provided_until(image.provided_until);
  SetOptional(proto, &v1::Image::set_hotfix_hours, image.hotfix_hours);
  if (image.boot_properties.has_value()) {
    for (const auto& [key, value] : *image.boot_properties) {
      (*proto.mutable_boot_properties())[key] = value;
    }
  }
  for (const std::string& tag : image.tags) proto.add_tags(tag);
  for (const absl::string_view vo : VosOf(view)) proto.add_vos(std::string(vo));
  proto.set_active(view.stored->active);
  SetTime(proto, &v1::Image::mutable_first_seen_time, view.stored->first_seen);
  SetTime(proto, &v1::Image::mutable_last_seen_time, view.stored->last_seen);
  *proto.mutable_provenance() = ProvenanceToProto(image.provenance);
}

void NetworkToProto(const NetworkView& view, v1::Network& proto) {
  const Network& network = view.record();
  const Share& share = view.share->share;
  proto.set_name(FormatNetworkName(share, network.id));
  proto.set_upstream_id(network.id);
  proto.set_display_name(network.name);
  proto.set_site_name(view.site->site.name);
  proto.set_share(FormatShareName(share));
  proto.set_vo(share.vo);
  proto.set_region(RegionOf(share.endpoint));
  proto.set_status(network.status);
  SetOptional(proto, &v1::Network::set_is_external, network.is_external);
  SetOptional(proto, &v1::Network::set_shared, network.shared);
  SetOptional(proto, &v1::Network::set_is_default, network.is_default);
  proto.set_owner_project_id(network.owner);
  proto.set_usable_as(std::string(FormatRole(network)));
  proto.set_also_floating_pool(network.also_floating_pool);
  proto.set_attachable(TristateToProto(network.attachable));
  proto.set_public_v4(TristateToProto(network.public_v4));
  proto.set_public_v6(TristateToProto(network.public_v6));
  for (const Subnet& subnet : network.subnets) {
    SubnetToProto(subnet, *proto.add_subnets());
  }
  proto.set_active(view.stored->active);
  SetTime(proto, &v1::Network::mutable_first_seen_time, view.stored->first_seen);
  SetTime(proto, &v1::Network::mutable_last_seen_time, view.stored->last_seen);
  *proto.mutable_provenance() = ProvenanceToProto(network.provenance);
}

void CrawlToProto(const Crawl& crawl, v1::Crawl& proto) {
  proto.set_name(FormatCrawlName(crawl.id));
  SetTime(proto, &v1::Crawl::mutable_start_time, crawl.start_time);
  SetTime(proto, &v1::Crawl::mutable_end_time, crawl.end_time);
  proto.set_share_count(crawl.share_count);
  proto.set_refreshed_count(crawl.refreshed_count);
  proto.set_failed_count(crawl.failed_count);
  proto.set_request_count(crawl.request_count);
  proto.set_backing_off_count(crawl.backing_off_count);
  for (const auto& [name, count] : crawl.error_counts)
    (*proto.mutable_error_counts())[name] = count;
  for (const auto& [name, count] : crawl.limit_hits) (*proto.mutable_limit_hits())[name] = count;
}

void CrawlResultToProto(const CrawlResult& result, v1::CrawlResult& proto) {
  proto.set_site_name(result.site_name);
  proto.set_vo(result.vo);
  proto.set_keystone_url(absl::StrCat(result.keystone_url, "/v3"));
  proto.set_region(result.region);
  proto.set_kind(std::string(FormatKind(result.kind)));
  if (result.error != ErrorClass::kNone) {
    proto.set_error_class(std::string(FormatErrorClass(result.error)));
    proto.set_error_message(result.error_message);
  }
  proto.set_record_count(result.record_count);
  proto.set_skipped_count(result.skipped_count);
  proto.set_request_count(result.request_count);
  SetTime(proto, &v1::CrawlResult::mutable_end_time, result.end_time);
}

}  // namespace cis
