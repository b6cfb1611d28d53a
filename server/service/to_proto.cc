// SPDX-License-Identifier: Apache-2.0
#include "server/service/to_proto.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "schema/model/known.h"
#include "schema/model/resource_name.h"
#include "server/service/enum_words.h"
#include "server/service/fields_to_proto.h"
#include "server/service/proto_values.h"

namespace cis::server {
namespace {

// Sets a Timestamp field unless the time is unknown.
template <typename Message>
void SetTime(google::protobuf::Timestamp* (Message::*field)(), absl::Time time, Message* message) {
  if (IsKnown(time)) *(message->*field)() = TimeToProto(time);
}

void KindStateToProto(const RequestContext& context, Kind kind, const KindState* state,
                      v1::KindStatus* proto) {
  if (state != nullptr) FieldsToProto(*state, proto);
  proto->set_kind(DataKindToProto(kind));
  proto->set_state(DataStateToProto(StateOf(state, context.now, context.freshness)));
}

// Sets the limits of a share and its choices.
void LimitsToProto(const ShareCatalog& catalog, v1::Share* proto) {
  for (const Quota& quota : catalog.quotas) *proto->add_quotas() = QuotaToProto(quota);
  for (const SubnetPool& pool : catalog.subnet_pools) {
    FieldsToProto(pool, proto->add_subnet_pools());
  }
  for (const AvailabilityZone& zone : catalog.zones) {
    FieldsToProto(zone, proto->add_availability_zones());
  }
  for (const VolumeType& type : catalog.volume_types) {
    FieldsToProto(type, proto->add_volume_types());
  }
}

// Sets what flavors, images and networks have besides the fields of their records.
template <typename View, typename Message>
void StoredToProto(const View& view, const Endpoint& endpoint, Message* proto) {
  FieldsToProto(view.record(), proto);
  proto->set_site_name(view.site->site.name);
  proto->set_region(RegionOf(endpoint));
  proto->set_active(view.stored->active);
  SetTime(&Message::mutable_first_seen_time, view.stored->first_seen, proto);
  SetTime(&Message::mutable_last_seen_time, view.stored->last_seen, proto);
  *proto->mutable_provenance() = ProvenanceOf(view.record());
}

}  // namespace

void SiteToProto(const SiteSummary& summary, v1::Site* proto) {
  const SiteCatalog& catalog = *summary.site->site();
  proto->set_name(FormatSiteName(catalog.site.name));
  FieldsToProto(catalog.site, proto);
  proto->set_state(DataStateToProto(summary.state));
  SetTime(&v1::Site::mutable_observe_time, summary.observe_time, proto);
  for (const EndpointView& view : summary.site->endpoints()) {
    proto->add_endpoints(FormatEndpointName(view.endpoint->endpoint));
  }
  for (const std::string& vo : summary.vos) proto->add_vos(vo);
  proto->set_share_count(summary.share_count);
  const auto count_of = [&summary](DataState state) {
    const auto it = summary.share_counts.find(state);
    return it == summary.share_counts.end() ? 0 : it->second;
  };
  proto->set_fresh_share_count(count_of(DataState::kFresh));
  proto->set_stale_share_count(count_of(DataState::kStale));
  proto->set_expired_share_count(count_of(DataState::kExpired));
  proto->set_missing_share_count(count_of(DataState::kMissing));
  for (const auto& [error, told] : summary.errors) {
    v1::ErrorCount& entry = *proto->add_errors();
    entry.set_error_class(ErrorClassToProto(error));
    entry.set_kind_count(told.kind_count);
    entry.set_share_count(told.share_count);
    for (const Kind kind : told.kinds) entry.add_kinds(DataKindToProto(kind));
    entry.set_error_message(told.error_message);
    SetTime(&v1::ErrorCount::mutable_failing_since_time, told.failing_since, &entry);
  }
  if (summary.next_attempt != absl::InfiniteFuture()) {
    SetTime(&v1::Site::mutable_next_attempt_time, summary.next_attempt, proto);
  }
}

void EndpointToProto(const EndpointView& view, v1::Endpoint* proto) {
  const Endpoint& endpoint = view.endpoint->endpoint;
  FieldsToProto(endpoint, proto);
  proto->set_name(FormatEndpointName(endpoint));
  proto->set_site_name(view.site->site.name);
  proto->set_keystone_url(KeystoneV3Url(endpoint));
  proto->set_region(RegionOf(endpoint));
  int32_t share_count = 0;
  for (const ShareCatalog& share : view.endpoint->shares) {
    if (share.share.configured || !endpoint.configured) ++share_count;
  }
  proto->set_share_count(share_count);
}

void VoToProto(const VoSummary& summary, v1::Vo* proto) {
  proto->set_name(FormatVoName(summary.vo));
  proto->set_display_name(summary.vo);
  for (const std::string& site : summary.site_names) proto->add_sites(FormatSiteName(site));
  proto->set_share_count(summary.share_count);
  proto->set_authenticated_share_count(summary.authenticated_share_count);
  proto->set_refused_share_count(summary.refused_share_count);
}

void ShareToProto(const RequestContext& context, const ShareView& view, v1::Share* proto) {
  const ShareCatalog& catalog = *view.share;
  const Share& share = catalog.share;
  const Endpoint& endpoint = view.endpoint->endpoint;
  FieldsToProto(share, proto);
  proto->set_name(FormatShareName(share));
  proto->set_site_name(view.site->site.name);
  proto->set_vo(share.vo);
  proto->set_endpoint(FormatEndpointName(endpoint));
  proto->set_keystone_url(KeystoneV3Url(endpoint));
  proto->set_region(RegionOf(endpoint));
  const KindState* login = FindKind(catalog.kinds, Kind::kAuth);
  const absl::Time attempt_time = login == nullptr ? absl::InfinitePast() : login->attempt_time;
  proto->set_support(VoSupportToProto(share.support, IsKnown(attempt_time)));
  SetTime(&v1::Share::mutable_login_attempt_time, attempt_time, proto);
  proto->set_state(DataStateToProto(StateOfShare(context, catalog)));
  for (const Kind kind : kAllKinds) {
    KindStateToProto(context, kind, FindKind(catalog.kinds, kind), proto->add_kinds());
  }
  LimitsToProto(catalog, proto);
  proto->set_flavor_count(static_cast<int32_t>(catalog.flavor_indexes.size()));
  proto->set_image_count(static_cast<int32_t>(catalog.image_indexes.size()));
  int32_t network_count = 0;
  for (const Stored<Network>& network : catalog.networks) {
    if (network.active) ++network_count;
  }
  proto->set_network_count(network_count);
  if (catalog.floating_ips_known) {
    int32_t unattached = 0;
    for (const FloatingIp& ip : catalog.floating_ips) {
      if (!ip.attached) ++unattached;
    }
    proto->set_unattached_floating_ip_count(unattached);
  }
  SetTime(&v1::Share::mutable_observe_time, OldestSuccess(catalog.kinds, kAllKinds), proto);
  if (const std::optional<BackOff> back_off = BackOffOf(context, view)) {
    SetTime(&v1::Share::mutable_next_attempt_time, back_off->next_attempt, proto);
  }
}

void FlavorToProto(const FlavorView& view, v1::Flavor* proto) {
  const Endpoint& endpoint = view.endpoint->endpoint;
  StoredToProto(view, endpoint, proto);
  proto->set_name(FormatFlavorName(endpoint, view.record().id));
  proto->set_endpoint(FormatEndpointName(endpoint));
  proto->set_extra_specs_known(view.record().extra_specs.has_value());
  for (const absl::string_view vo : VosOf(view)) proto->add_vos(std::string(vo));
}

void ImageToProto(const ImageView& view, v1::Image* proto) {
  const Endpoint& endpoint = view.endpoint->endpoint;
  StoredToProto(view, endpoint, proto);
  proto->set_name(FormatImageName(endpoint, view.record().id));
  proto->set_endpoint(FormatEndpointName(endpoint));
  for (const absl::string_view vo : VosOf(view)) proto->add_vos(std::string(vo));
}

void NetworkToProto(const NetworkView& view, v1::Network* proto) {
  const Network& network = view.record();
  const Share& share = view.share->share;
  StoredToProto(view, share.endpoint, proto);
  proto->set_name(FormatNetworkName(share, network.id));
  proto->set_share(FormatShareName(share));
  proto->set_vo(share.vo);
  for (const Subnet& subnet : network.subnets) FieldsToProto(subnet, proto->add_subnets());
}

void CrawlToProto(const Crawl& crawl, v1::Crawl* proto) {
  proto->set_name(FormatCrawlName(crawl.id));
  FieldsToProto(crawl, proto);
  for (const auto& [word, count] : crawl.error_counts) {
    v1::ErrorClassCount& entry = *proto->add_error_counts();
    entry.set_error_class(EnumOfWord<v1::ErrorClass>(word));
    entry.set_count(count);
  }
  for (const auto& [word, count] : crawl.limit_hits) {
    v1::LimitHit& entry = *proto->add_limit_hits();
    entry.set_limit(EnumOfWord<v1::CrawlLimit>(word));
    entry.set_count(count);
  }
  std::sort(proto->mutable_error_counts()->begin(), proto->mutable_error_counts()->end(),
            [](const auto& a, const auto& b) { return a.error_class() < b.error_class(); });
  std::sort(proto->mutable_limit_hits()->begin(), proto->mutable_limit_hits()->end(),
            [](const auto& a, const auto& b) { return a.limit() < b.limit(); });
}

void CrawlResultToProto(const CrawlResult& result, v1::CrawlResult* proto) {
  FieldsToProto(result, proto);
  proto->set_site_name(result.site_name);
  proto->set_vo(result.vo);
  proto->set_keystone_url(absl::StrCat(result.keystone_url, "/v3"));
  proto->set_region(result.region);
}

}  // namespace cis::server
