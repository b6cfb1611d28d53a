// SPDX-License-Identifier: Apache-2.0
#pragma once

// Each field of each noun, once. These lists are the one source of the rows and the SQL text, the
// history and the journal, the names in filters, orders and overrides, the messages of the API, the
// JSON lines and proto/FIELDS.md, so none of them can differ from another. Rows, error messages and
// JSON lines have the fields in the order of a list.
//
// A row is CIS_FIELD(member, FieldInfo members that differ from their defaults),
// CIS_FIELD_AS(member, name in the API, ...) or, for what the API does not have or derives from
// more, CIS_COLUMN(member, ...).

#include <type_traits>

#include "schema/model/described_field.h"
#include "schema/model/observation.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"
#include "schema/model/words.h"

namespace cis {

// Whether the facts that are derived from these fields are known.
inline bool IsDiskKnown(const Flavor& flavor) { return flavor.disk_gib.has_value(); }
inline bool IsStatusKnown(const Image& image) { return !image.status.empty(); }
// kNone also means that the rules cannot determine the use; the confidence tells the two apart.
inline bool IsUseKnown(const Network& network) {
  for (const FieldConfidence& entry : network.provenance.confidence) {
    if (entry.field == "usable_as") return entry.confidence != Confidence::kUnknown;
  }
  return true;
}

template <typename Visitor>
void DescribeFields(OfRecord<Site> noun, Visitor&& visit) {
  CIS_FIELD_AS(name, display_name, .use = kListed);
  CIS_FIELD(country_code, .use = kListed);
  CIS_FIELD(configured, .use = kListed);
}

// Without the site.
template <typename Visitor>
void DescribeFields(OfRecord<Endpoint> noun, Visitor&& visit) {
  CIS_COLUMN(keystone_url);
  CIS_COLUMN(region);
  CIS_COLUMN(resolved_region);
  CIS_FIELD(protocol, .use = kListed);
  CIS_COLUMN(service_bases);
  CIS_FIELD(configured, .use = kListed);
}

// Without the endpoint and the VO. The API derives `support` from logins too.
template <typename Visitor>
void DescribeFields(OfRecord<Share> noun, Visitor&& visit) {
  CIS_COLUMN(project_key);
  CIS_FIELD(project_id, .use = kListed);
  CIS_FIELD(project_name, .use = kListed);
  CIS_COLUMN(user_domain);
  CIS_FIELD(configured, .use = kListed);
  CIS_FIELD(discovered, .use = kListed);
  CIS_COLUMN(support);
  CIS_FIELD(support_time, .column = "support_time_us", .use = kListed);
}

template <typename Visitor>
void DescribeFields(OfRecord<KindState> noun, Visitor&& visit) {
  CIS_FIELD(kind, .words = &kDataKindWords);
  CIS_FIELD_AS(success_time, observe_time, .column = "success_time_us");
  CIS_FIELD(attempt_time, .column = "attempt_time_us");
  CIS_FIELD_AS(error, error_class, .words = &kErrorClassWords);
  CIS_FIELD(error_message);
  CIS_FIELD_AS(failing_since, failing_since_time, .column = "failing_since_us");
  CIS_FIELD(failure_count);
  CIS_FIELD(skipped_count);
  CIS_FIELD(remarks);
}

// Without the body.
template <typename Visitor>
void DescribeFields(OfRecord<Document> noun, Visitor&& visit) {
  CIS_COLUMN(name);
  CIS_COLUMN(url);
  CIS_COLUMN(status);
  CIS_COLUMN(fetch_time, .column = "fetch_time_us");
  CIS_COLUMN(error);
}

template <typename Visitor>
void DescribeFields(OfRecord<Flavor> noun, Visitor&& visit) {
  CIS_FIELD_AS(id, upstream_id, .column = "upstream_id", .use = kListed | kInLines | kUntold);
  CIS_FIELD_AS(name, display_name, .use = kListed | kInLines);
  CIS_FIELD(description);
  CIS_FIELD(vcpu_count, .use = kListed | kSettable | kInLines);
  CIS_FIELD(ram_mib, .unit = Unit::kMib, .use = kListed | kSettable | kInLines);
  CIS_FIELD(disk_gib, .unit = Unit::kGib, .use = kListed | kSettable | kInLines);
  CIS_FIELD(ephemeral_gib, .unit = Unit::kGib, .use = kListed | kSettable | kInLines);
  CIS_FIELD(swap_mib, .unit = Unit::kMib, .use = kListed | kSettable | kInLines);
  CIS_FIELD(gpu_count, .use = kListed | kSettable | kInLines);
  CIS_FIELD(gpu_vendor, .use = kListed | kSettable | kInLines);
  CIS_FIELD(gpu_model, .use = kListed | kSettable | kInLines);
  CIS_FIELD(gpu_kind, .words = &kGpuKindWords, .use = kListed | kSettable | kInLines);
  CIS_FIELD(gpu_memory_mib, .unit = Unit::kMib, .use = kListed | kSettable);
  CIS_FIELD(arch, .words = &kArchWords, .use = kListed | kSettable | kInLines);
  CIS_FIELD_AS(cpu_alloc, cpu_allocation, .words = &kCpuAllocationWords,
               .use = kListed | kSettable | kInLines);
  CIS_FIELD(is_public, .use = kListed | kInLines);
  CIS_COLUMN(disabled);
  CIS_FIELD(boot_from_volume, .use = kListed | kInLines, .known = IsDiskKnown);
  CIS_FIELD(baremetal, .use = kListed | kSettable);
  // The journal reports changes key by key.
  CIS_FIELD(extra_specs, .use = kUntold);
}

template <typename Visitor>
void DescribeFields(OfRecord<Image> noun, Visitor&& visit) {
  CIS_FIELD_AS(id, upstream_id, .column = "upstream_id", .use = kListed | kInLines | kUntold);
  CIS_FIELD_AS(name, display_name, .use = kListed | kInLines);
  CIS_FIELD(status, .use = kListed);
  CIS_FIELD(visibility, .words = &kImageVisibilityWords, .use = kListed);
  CIS_FIELD(hidden, .use = kListed);
  CIS_COLUMN(owner);
  CIS_FIELD(os_distro, .form = TextForm::kId, .use = kListed | kSettable | kInLines);
  CIS_FIELD(os_version, .use = kListed | kSettable | kInLines, .version_of = &Image::os_distro);
  CIS_FIELD(os_codename, .use = kListed | kSettable | kInLines);
  CIS_FIELD(arch, .words = &kArchWords, .use = kListed | kSettable | kInLines);
  CIS_FIELD(login_user, .use = kListed | kSettable | kInLines);
  CIS_FIELD(purpose, .words = &kImagePurposeWords, .use = kListed | kSettable | kInLines);
  CIS_FIELD(disk_format, .use = kListed);
  CIS_FIELD(container_format);
  CIS_FIELD(is_snapshot, .use = kListed | kSettable | kInLines);
  CIS_FIELD(usable, .use = kListed | kSettable | kInLines, .known = IsStatusKnown);
  CIS_FIELD(min_ram_mib, .unit = Unit::kMib, .use = kListed | kSettable | kInLines);
  CIS_FIELD(min_disk_gib, .unit = Unit::kGib, .use = kListed | kSettable | kInLines);
  CIS_FIELD(size_bytes, .unit = Unit::kBytes, .use = kListed | kInLines);
  CIS_FIELD(virtual_size_bytes, .unit = Unit::kBytes, .use = kListed | kSettable | kInLines);
  CIS_FIELD(create_time, .column = "create_time_us", .use = kListed);
  CIS_FIELD(build_date, .form = TextForm::kDay, .use = kListed | kSettable | kInLines);
  CIS_FIELD(eol_date, .form = TextForm::kDay, .use = kListed | kSettable | kInLines);
  CIS_FIELD(egi_ref, .use = kListed | kSettable | kInLines);
  CIS_FIELD(bootable, .use = kListed | kSettable | kInLines);
  CIS_FIELD(expire_date, .form = TextForm::kDay, .use = kListed | kSettable | kInLines);
  CIS_FIELD(image_source, .use = kListed | kSettable | kInLines);
  CIS_FIELD(uuid_validity, .use = kListed | kInLines);
  CIS_FIELD(replace_frequency, .use = kListed | kInLines);
  CIS_FIELD(provided_until, .use = kListed | kInLines);
  CIS_FIELD(hotfix_hours, .unit = Unit::kHours, .use = kListed | kInLines);
  // The journal reports changes key by key.
  CIS_FIELD(boot_properties, .use = kUntold);
  CIS_COLUMN(volume_count);
  CIS_COLUMN(volume_gib, .unit = Unit::kGib);
  // Differs by share.
  CIS_COLUMN(member_status, .use = kUntold);
  CIS_FIELD(tags, .use = kListed);
}

// Without the subnets.
template <typename Visitor>
void DescribeFields(OfRecord<Network> noun, Visitor&& visit) {
  CIS_FIELD_AS(id, upstream_id, .column = "upstream_id", .use = kListed | kInLines | kUntold);
  CIS_FIELD_AS(name, display_name, .use = kListed | kInLines);
  CIS_FIELD(status, .use = kListed);
  CIS_COLUMN(admin_state_up);
  CIS_FIELD(is_external, .use = kListed | kInLines);
  CIS_FIELD(shared, .use = kListed | kInLines);
  CIS_FIELD(is_default, .use = kListed);
  CIS_FIELD_AS(owner, owner_project_id);
  CIS_FIELD(usable_as, .words = &kNetworkUseWords, .use = kListed | kSettable | kInLines,
            .known = IsUseKnown);
  CIS_FIELD(also_floating_pool);
  CIS_FIELD(attachable, .use = kListed);
  CIS_FIELD(public_v4, .use = kListed | kSettable | kInLines);
  CIS_FIELD(public_v6, .use = kListed | kSettable | kInLines);
  // The journal reports the ranges that were added and removed.
  CIS_COLUMN(subnet_ids, .use = kUntold);
  CIS_COLUMN(address_scope_v4);
  CIS_COLUMN(address_scope_v6);
}

// The journal reports only facts that hold for all shares.
template <typename Visitor>
void DescribeFields(OfRecord<Subnet> noun, Visitor&& visit) {
  CIS_FIELD_AS(id, upstream_id, .column = "upstream_id", .use = kUntold);
  CIS_FIELD_AS(name, display_name, .use = kUntold);
  CIS_FIELD(ip_version, .use = kUntold);
  CIS_FIELD(cidr, .use = kUntold);
  CIS_FIELD(gateway_ip);
  CIS_FIELD(enable_dhcp);
  CIS_FIELD(service_types);
  CIS_FIELD(address_count);
  CIS_FIELD(source, .words = &kSubnetSourceWords, .use = kUntold);
  CIS_FIELD(used_count, .use = kUntold);
  CIS_FIELD(has_dhcp_port, .use = kUntold);
  CIS_FIELD(gateway_holder, .use = kUntold);
  CIS_FIELD(is_public, .use = kUntold);
}

// Without the networks and subnets.
template <typename Visitor>
void DescribeFields(OfRecord<Router> noun, Visitor&& visit) {
  CIS_COLUMN(id, .column = "upstream_id");
  CIS_COLUMN(name);
  CIS_COLUMN(status);
  CIS_COLUMN(admin_state_up);
  CIS_COLUMN(external_network_id);
  CIS_COLUMN(enable_snat);
}

template <typename Visitor>
void DescribeFields(OfRecord<FloatingIp> noun, Visitor&& visit) {
  CIS_COLUMN(id, .column = "upstream_id");
  CIS_COLUMN(network_id);
  CIS_COLUMN(attached);
  CIS_COLUMN(router_id);
  CIS_COLUMN(status);
}

template <typename Visitor>
void DescribeFields(OfRecord<SubnetPool> noun, Visitor&& visit) {
  CIS_FIELD_AS(id, upstream_id, .column = "upstream_id");
  CIS_FIELD_AS(name, display_name);
  CIS_FIELD(ip_version);
  CIS_FIELD(prefixes);
  CIS_FIELD(default_prefix_length);
  CIS_FIELD(address_scope_id);
  CIS_FIELD_AS(owner, owner_project_id);
  CIS_FIELD(shared);
  CIS_FIELD(is_default);
  CIS_FIELD(is_public);
}

template <typename Visitor>
void DescribeFields(OfRecord<AvailabilityZone> noun, Visitor&& visit) {
  CIS_FIELD_AS(name, display_name);
  CIS_FIELD(service, .words = &kZoneServiceWords);
  CIS_FIELD(available);
}

template <typename Visitor>
void DescribeFields(OfRecord<VolumeType> noun, Visitor&& visit) {
  CIS_FIELD_AS(id, upstream_id, .column = "upstream_id");
  CIS_FIELD_AS(name, display_name);
  CIS_FIELD(is_default);
  CIS_FIELD(zones);
}

template <typename Visitor>
void DescribeFields(OfRecord<Quota> noun, Visitor&& visit) {
  CIS_COLUMN(resource);
  CIS_COLUMN(limit, .column = "limit_count");
  CIS_COLUMN(used, .column = "used_count");
}

template <typename Visitor>
void DescribeFields(OfRecord<OfferedProject> noun, Visitor&& visit) {
  CIS_COLUMN(id, .column = "project_id");
  CIS_COLUMN(name, .column = "project_name");
  CIS_COLUMN(vo);
}

template <typename Visitor>
void DescribeFields(OfRecord<RegistryState> noun, Visitor&& visit) {
  CIS_COLUMN(part);
  CIS_COLUMN(success_time, .column = "success_time_us");
  CIS_COLUMN(attempt_time, .column = "attempt_time_us");
  CIS_COLUMN(error);
  CIS_COLUMN(error_message);
  CIS_COLUMN(failing_since, .column = "failing_since_us");
  CIS_COLUMN(failure_count);
  CIS_COLUMN(skipped_count);
}

// What the API says about a Site beyond what the site files say.
template <typename Visitor>
void DescribeFields(OfRecord<RegistrySite> noun, Visitor&& visit) {
  CIS_COLUMN(name);
  CIS_COLUMN(primary_key);
  CIS_COLUMN(country_code);
  CIS_FIELD(roc);
  CIS_FIELD(infrastructure);
  CIS_FIELD(certification, .words = &kCertificationWords);
  CIS_COLUMN(former_name);
  CIS_COLUMN(active);
  CIS_COLUMN(first_seen, .column = "first_seen_us");
  CIS_COLUMN(last_seen, .column = "last_seen_us");
}

template <typename Visitor>
void DescribeFields(OfRecord<RegistryService> noun, Visitor&& visit) {
  CIS_COLUMN(site_name);
  CIS_COLUMN(service_type);
  CIS_COLUMN(hostname);
  CIS_COLUMN(primary_key);
  CIS_COLUMN(urls);
  CIS_COLUMN(keystone_urls);
  CIS_COLUMN(country_code);
  CIS_COLUMN(in_production);
  CIS_COLUMN(monitored);
}

template <typename Visitor>
void DescribeFields(OfRecord<Downtime> noun, Visitor&& visit) {
  CIS_COLUMN(site_name);
  CIS_FIELD(id, .column = "upstream_id");
  CIS_FIELD(service_type);
  CIS_FIELD(hostname);
  CIS_COLUMN(keystone_urls);
  CIS_FIELD(is_outage);
  CIS_FIELD(is_scheduled);
  CIS_FIELD(description);
  CIS_FIELD_AS(start, start_time, .column = "start_us");
  CIS_FIELD_AS(end, end_time, .column = "end_us");
}

template <typename Visitor>
void DescribeFields(OfRecord<SiteProblem> noun, Visitor&& visit) {
  CIS_FIELD(site_name, .use = kListed);
  CIS_FIELD(code, .words = &kSiteProblemCodeWords, .use = kListed);
  CIS_FIELD(subject, .use = kListed);
  CIS_FIELD(message, .use = kListed);
  CIS_FIELD_AS(since, since_time, .column = "since_us", .use = kListed);
}

// Without the id. In the API, the counts by class are entries of their own messages.
template <typename Visitor>
void DescribeFields(OfRecord<Crawl> noun, Visitor&& visit) {
  CIS_FIELD(start_time, .column = "start_time_us", .use = kListed);
  CIS_FIELD(end_time, .column = "end_time_us", .use = kListed);
  CIS_FIELD(share_count, .use = kListed);
  CIS_FIELD(refreshed_count, .use = kListed);
  CIS_FIELD(failed_count, .use = kListed);
  CIS_FIELD(request_count, .use = kListed);
  CIS_FIELD(backing_off_count, .use = kListed);
  CIS_COLUMN(error_counts);
  CIS_COLUMN(limit_hits);
}

// Without the crawl and the share.
template <typename Visitor>
void DescribeFields(OfRecord<CrawlResult> noun, Visitor&& visit) {
  CIS_FIELD(kind, .words = &kDataKindWords);
  CIS_FIELD(end_time, .column = "end_time_us");
  CIS_FIELD_AS(error, error_class, .words = &kErrorClassWords);
  CIS_FIELD(error_message);
  CIS_FIELD(record_count);
  CIS_FIELD(skipped_count);
  CIS_FIELD(request_count);
}

// Calls visit("column", member) for each field of `record`, which may be const, and
// visit.Provenance(member) for the three columns of a provenance.
template <typename Visitor, typename Record>
void VisitFields(Visitor& visit, Record& record) {
  DescribeFields(OfRecord<std::remove_const_t<Record>>(),
                 [&](const auto& field) { visit(field.info.column, record.*field.member); });
  if constexpr (requires { record.provenance; }) visit.Provenance(record.provenance);
}

// Returns the API's name of the member of a record that `text` names: by its own name, as in
// evidence, or by its column, as in the journal. Returns `text` itself if it names no member or the
// API does not have it.
template <typename Record>
absl::string_view ApiNameOf(absl::string_view text) {
  absl::string_view name = text;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    if (field.info.name.empty()) return;
    if (field.info.member == text || field.info.column == text) name = field.info.name;
  });
  return name;
}

}  // namespace cis
