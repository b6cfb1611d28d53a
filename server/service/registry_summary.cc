// SPDX-License-Identifier: Apache-2.0
#include "server/service/registry_summary.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "schema/model/resource_name.h"

namespace cis::server {
namespace {

absl::Time OldestList(const Registry& registry) {
  absl::Time oldest = absl::InfiniteFuture();
  for (const RegistryPart part : kAllRegistryParts) {
    if (!registry.Knows(part)) return absl::InfinitePast();
    oldest = std::min(oldest, registry.FindState(part)->success_time);
  }
  return oldest;
}

// `services` are of one site and one type.
OfferRow MakeOffer(const RequestContext& context, const Registry& registry,
                   absl::Span<const RegistryService> services) {
  OfferRow row;
  row.site_name = services.front().site_name;
  row.service_type = services.front().service_type;
  row.name = FormatOfferName(row.site_name, row.service_type);
  if (const RegistrySite* site = registry.FindSite(row.site_name); site != nullptr) {
    row.country_code = site->country_code;
    row.certification = site->certification;
  }
  for (const RegistryService& service : services) {
    ++row.service_count;
    if (service.in_production.value_or(false)) ++row.production_count;
    if (row.country_code.empty()) row.country_code = service.country_code;
    if (!service.hostname.empty()) row.hostnames.push_back(service.hostname);
  }
  std::sort(row.hostnames.begin(), row.hostnames.end());
  row.hostnames.erase(std::unique(row.hostnames.begin(), row.hostnames.end()), row.hostnames.end());
  const absl::Span<const Downtime> downtimes = registry.DowntimesOf(row.site_name);
  row.in_downtime = std::any_of(downtimes.begin(), downtimes.end(), [&](const Downtime& downtime) {
    return downtime.IsRunning(context.now) && downtime.is_outage &&
           downtime.service_type == row.service_type;
  });
  return row;
}

}  // namespace

RegistryFacts FindRegistryFacts(const RequestContext& context, const Snapshot& snapshot,
                                const SiteIndex& site) {
  const Registry& registry = *snapshot.catalog().registry;
  const std::string& name = site.site()->site.name;
  RegistryFacts facts;
  facts.observe_time = OldestList(registry);
  const RegistrySite* found = registry.FindSite(name);
  if (found != nullptr && found->active) facts.site = found;
  if (registry.Knows(RegistryPart::kSites)) facts.listed = facts.site != nullptr;
  const absl::Span<const RegistryService> services = registry.ServicesOf(name);
  for (const RegistryService& service : services) {
    if (facts.service_types.empty() || facts.service_types.back() != service.service_type) {
      facts.service_types.push_back(service.service_type);
    }
  }
  for (const Downtime& downtime : registry.DowntimesOf(name)) {
    if (downtime.end <= context.now) continue;
    DowntimeFacts& entry = facts.downtimes.emplace_back();
    entry.downtime = &downtime;
    for (const EndpointView& view : site.endpoints()) {
      const Endpoint& endpoint = view.endpoint->endpoint;
      if (!endpoint.configured || !AffectsEndpoint(downtime, services, endpoint.keystone_url)) {
        continue;
      }
      entry.endpoints.push_back(&view);
      facts.in_downtime =
          facts.in_downtime || (downtime.is_outage && downtime.IsRunning(context.now));
    }
  }
  return facts;
}

std::vector<OfferRow> FindOffers(const RequestContext& context, const Snapshot& snapshot) {
  const Registry& registry = *snapshot.catalog().registry;
  const absl::Span<const RegistryService> services = registry.services;
  std::vector<OfferRow> rows;
  // Services are ordered by site and type.
  for (size_t begin = 0; begin < services.size();) {
    size_t end = begin + 1;
    while (end < services.size() && services[end].service_type == services[begin].service_type &&
           absl::EqualsIgnoreCase(services[end].site_name, services[begin].site_name)) {
      ++end;
    }
    rows.push_back(MakeOffer(context, registry, services.subspan(begin, end - begin)));
    begin = end;
  }
  std::sort(rows.begin(), rows.end(),
            [](const OfferRow& a, const OfferRow& b) { return a.name < b.name; });
  return rows;
}

}  // namespace cis::server
