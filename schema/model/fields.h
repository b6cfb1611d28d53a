#pragma once

// Which member of a record stands in which column. Each noun has one list; what reads rows, what
// writes them and the SQL text are all made from it, so they cannot differ.
//
// A visitor is called as visitor("column", member) for each member and has a function
// Provenance(member) for the three columns of a provenance. `Record` may be const.

#include <concepts>
#include <type_traits>

#include "schema/model/observation.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"

namespace cis {

template <typename Record, typename Noun>
concept MaybeConst = std::same_as<std::remove_const_t<Record>, Noun>;

template <typename Visitor, MaybeConst<Site> Record>
void VisitFields(Visitor& visit, Record& site) {
  visit("name", site.name);
  visit("country_code", site.country_code);
  visit("configured", site.configured);
}

// Without the site.
template <typename Visitor, MaybeConst<Endpoint> Record>
void VisitFields(Visitor& visit, Record& endpoint) {
  visit("keystone_url", endpoint.keystone_url);
  visit("region", endpoint.region);
  visit("resolved_region", endpoint.resolved_region);
  visit("protocol", endpoint.protocol);
  visit("service_bases", endpoint.service_bases);
  visit("configured", endpoint.configured);
}

// Without the endpoint and the VO.
template <typename Visitor, MaybeConst<Share> Record>
void VisitFields(Visitor& visit, Record& share) {
  visit("project_key", share.project_key);
  visit("project_id", share.project_id);
  visit("project_name", share.project_name);
  visit("user_domain", share.user_domain);
  visit("configured", share.configured);
  visit("discovered", share.discovered);
  visit("support", share.support);
  visit("support_time_us", share.support_time);
}

template <typename Visitor, MaybeConst<KindState> Record>
void VisitFields(Visitor& visit, Record& state) {
  visit("kind", state.kind);
  visit("success_time_us", state.success_time);
  visit("attempt_time_us", state.attempt_time);
  visit("error", state.error);
  visit("error_message", state.error_message);
  visit("failing_since_us", state.failing_since);
  visit("failure_count", state.failure_count);
  visit("skipped_count", state.skipped_count);
  visit("remarks", state.remarks);
}

// Without the body.
template <typename Visitor, MaybeConst<Document> Record>
void VisitFields(Visitor& visit, Record& document) {
  visit("name", document.name);
  visit("url", document.url);
  visit("status", document.status);
  visit("fetch_time_us", document.fetch_time);
  visit("error", document.error);
}

template <typename Visitor, MaybeConst<Flavor> Record>
void VisitFields(Visitor& visit, Record& flavor) {
  visit("upstream_id", flavor.id);
  visit("name", flavor.name);
  visit("description", flavor.description);
  visit("vcpu_count", flavor.vcpu_count);
  visit("ram_mib", flavor.ram_mib);
  visit("disk_gib", flavor.disk_gib);
  visit("ephemeral_gib", flavor.ephemeral_gib);
  visit("swap_mib", flavor.swap_mib);
  visit("gpu_count", flavor.gpu_count);
  visit("gpu_vendor", flavor.gpu_vendor);
  visit("gpu_model", flavor.gpu_model);
  visit("gpu_kind", flavor.gpu_kind);
  visit("gpu_memory_mib", flavor.gpu_memory_mib);
  visit("arch", flavor.arch);
  visit("cpu_alloc", flavor.cpu_alloc);
  visit("is_public", flavor.is_public);
  visit("disabled", flavor.disabled);
  visit("boot_from_volume", flavor.boot_from_volume);
  visit("baremetal", flavor.baremetal);
  visit("extra_specs", flavor.extra_specs);
  visit.Provenance(flavor.provenance);
}

template <typename Visitor, MaybeConst<Image> Record>
void VisitFields(Visitor& visit, Record& image) {
  visit("upstream_id", image.id);
  visit("name", image.name);
  visit("status", image.status);
  visit("visibility", image.visibility);
  visit("hidden", image.hidden);
  visit("owner", image.owner);
  visit("os_distro", image.os_distro);
  visit("os_version", image.os_version);
  visit("os_codename", image.os_codename);
  visit("arch", image.arch);
  visit("login_user", image.login_user);
  visit("purpose", image.purpose);
  visit("disk_format", image.disk_format);
  visit("container_format", image.container_format);
  visit("is_snapshot", image.is_snapshot);
  visit("usable", image.usable);
  visit("min_ram_mib", image.min_ram_mib);
  visit("min_disk_gib", image.min_disk_gib);
  visit("size_bytes", image.size_bytes);
  visit("virtual_size_bytes", image.virtual_size_bytes);
  visit("create_time_us", image.create_time);
  visit("build_date", image.build_date);
  visit("eol_date", image.eol_date);
  visit("egi_ref", image.egi_ref);
  visit("bootable", image.bootable);
  visit("expire_date", image.expire_date);
  visit("image_source", image.image_source);
  visit("uuid_validity", image.uuid_validity);
  visit("replace_frequency", image.replace_frequency);
  visit("provided_until", image.provided_until);
  visit("hotfix_hours", image.hotfix_hours);
  visit("boot_properties", image.boot_properties);
  visit("volume_count", image.volume_count);
  visit("volume_gib", image.volume_gib);
  visit("member_status", image.member_status);
  visit("tags", image.tags);
  visit.Provenance(image.provenance);
}

// Without the subnets.
template <typename Visitor, MaybeConst<Network> Record>
void VisitFields(Visitor& visit, Record& network) {
  visit("upstream_id", network.id);
  visit("name", network.name);
  visit("status", network.status);
  visit("admin_state_up", network.admin_state_up);
  visit("is_external", network.is_external);
  visit("shared", network.shared);
  visit("is_default", network.is_default);
  visit("owner", network.owner);
  visit("usable_as", network.usable_as);
  visit("also_floating_pool", network.also_floating_pool);
  visit("attachable", network.attachable);
  visit("public_v4", network.public_v4);
  visit("public_v6", network.public_v6);
  visit("subnet_ids", network.subnet_ids);
  visit("address_scope_v4", network.address_scope_v4);
  visit("address_scope_v6", network.address_scope_v6);
  visit.Provenance(network.provenance);
}

template <typename Visitor, MaybeConst<Subnet> Record>
void VisitFields(Visitor& visit, Record& subnet) {
  visit("upstream_id", subnet.id);
  visit("name", subnet.name);
  visit("ip_version", subnet.ip_version);
  visit("cidr", subnet.cidr);
  visit("gateway_ip", subnet.gateway_ip);
  visit("enable_dhcp", subnet.enable_dhcp);
  visit("service_types", subnet.service_types);
  visit("address_count", subnet.address_count);
  visit("source", subnet.source);
  visit("used_count", subnet.used_count);
  visit("has_dhcp_port", subnet.has_dhcp_port);
  visit("gateway_holder", subnet.gateway_holder);
  visit("is_public", subnet.is_public);
}

// Without the networks and subnets.
template <typename Visitor, MaybeConst<Router> Record>
void VisitFields(Visitor& visit, Record& router) {
  visit("upstream_id", router.id);
  visit("name", router.name);
  visit("status", router.status);
  visit("admin_state_up", router.admin_state_up);
  visit("external_network_id", router.external_network_id);
  visit("enable_snat", router.enable_snat);
}

template <typename Visitor, MaybeConst<FloatingIp> Record>
void VisitFields(Visitor& visit, Record& ip) {
  visit("upstream_id", ip.id);
  visit("network_id", ip.network_id);
  visit("attached", ip.attached);
  visit("router_id", ip.router_id);
  visit("status", ip.status);
}

template <typename Visitor, MaybeConst<SubnetPool> Record>
void VisitFields(Visitor& visit, Record& pool) {
  visit("upstream_id", pool.id);
  visit("name", pool.name);
  visit("ip_version", pool.ip_version);
  visit("prefixes", pool.prefixes);
  visit("default_prefix_length", pool.default_prefix_length);
  visit("address_scope_id", pool.address_scope_id);
  visit("owner", pool.owner);
  visit("shared", pool.shared);
  visit("is_default", pool.is_default);
  visit("is_public", pool.is_public);
}

template <typename Visitor, MaybeConst<AvailabilityZone> Record>
void VisitFields(Visitor& visit, Record& zone) {
  visit("name", zone.name);
  visit("service", zone.service);
  visit("available", zone.available);
}

template <typename Visitor, MaybeConst<VolumeType> Record>
void VisitFields(Visitor& visit, Record& type) {
  visit("upstream_id", type.id);
  visit("name", type.name);
  visit("is_default", type.is_default);
  visit("zones", type.zones);
}

template <typename Visitor, MaybeConst<Quota> Record>
void VisitFields(Visitor& visit, Record& quota) {
  visit("resource", quota.resource);
  visit("limit_count", quota.limit);
  visit("used_count", quota.used);
}

template <typename Visitor, MaybeConst<OfferedProject> Record>
void VisitFields(Visitor& visit, Record& project) {
  visit("project_id", project.id);
  visit("project_name", project.name);
  visit("vo", project.vo);
}

template <typename Visitor, MaybeConst<RegistryState> Record>
void VisitFields(Visitor& visit, Record& state) {
  visit("part", state.part);
  visit("success_time_us", state.success_time);
  visit("attempt_time_us", state.attempt_time);
  visit("error", state.error);
  visit("error_message", state.error_message);
  visit("failing_since_us", state.failing_since);
  visit("failure_count", state.failure_count);
  visit("skipped_count", state.skipped_count);
}

template <typename Visitor, MaybeConst<RegistrySite> Record>
void VisitFields(Visitor& visit, Record& site) {
  visit("name", site.name);
  visit("primary_key", site.primary_key);
  visit("country_code", site.country_code);
  visit("roc", site.roc);
  visit("infrastructure", site.infrastructure);
  visit("certification", site.certification);
  visit("former_name", site.former_name);
  visit("active", site.active);
  visit("first_seen_us", site.first_seen);
  visit("last_seen_us", site.last_seen);
}

template <typename Visitor, MaybeConst<RegistryService> Record>
void VisitFields(Visitor& visit, Record& service) {
  visit("site_name", service.site_name);
  visit("service_type", service.service_type);
  visit("hostname", service.hostname);
  visit("primary_key", service.primary_key);
  visit("urls", service.urls);
  visit("keystone_urls", service.keystone_urls);
  visit("country_code", service.country_code);
  visit("in_production", service.in_production);
  visit("monitored", service.monitored);
}

template <typename Visitor, MaybeConst<Downtime> Record>
void VisitFields(Visitor& visit, Record& downtime) {
  visit("site_name", downtime.site_name);
  visit("upstream_id", downtime.id);
  visit("service_type", downtime.service_type);
  visit("hostname", downtime.hostname);
  visit("keystone_urls", downtime.keystone_urls);
  visit("is_outage", downtime.is_outage);
  visit("is_scheduled", downtime.is_scheduled);
  visit("description", downtime.description);
  visit("start_us", downtime.start);
  visit("end_us", downtime.end);
}

template <typename Visitor, MaybeConst<SiteProblem> Record>
void VisitFields(Visitor& visit, Record& problem) {
  visit("site_name", problem.site_name);
  visit("code", problem.code);
  visit("subject", problem.subject);
  visit("message", problem.message);
  visit("since_us", problem.since);
}

// Without the id.
template <typename Visitor, MaybeConst<Crawl> Record>
void VisitFields(Visitor& visit, Record& crawl) {
  visit("start_time_us", crawl.start_time);
  visit("end_time_us", crawl.end_time);
  visit("share_count", crawl.share_count);
  visit("refreshed_count", crawl.refreshed_count);
  visit("failed_count", crawl.failed_count);
  visit("request_count", crawl.request_count);
  visit("backing_off_count", crawl.backing_off_count);
  visit("error_counts", crawl.error_counts);
  visit("limit_hits", crawl.limit_hits);
}

// Without the crawl and the share.
template <typename Visitor, MaybeConst<CrawlResult> Record>
void VisitFields(Visitor& visit, Record& result) {
  visit("kind", result.kind);
  visit("end_time_us", result.end_time);
  visit("error", result.error);
  visit("error_message", result.error_message);
  visit("record_count", result.record_count);
  visit("skipped_count", result.skipped_count);
  visit("request_count", result.request_count);
}

}  // namespace cis
