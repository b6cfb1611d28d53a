// SPDX-License-Identifier: Apache-2.0
#include "schema/model/registry.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "schema/model/known.h"

namespace cis {
namespace {

// Less than, equal to or greater than zero, without regard to ASCII case.
int CompareNames(absl::string_view a, absl::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const auto x =
        static_cast<unsigned char>(absl::ascii_tolower(static_cast<unsigned char>(a[i])));
    const auto y =
        static_cast<unsigned char>(absl::ascii_tolower(static_cast<unsigned char>(b[i])));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

const std::string& NameOf(const RegistrySite& site) { return site.name; }
template <typename Record>
const std::string& NameOf(const Record& record) {
  return record.site_name;
}

// Sorts by the site's name in lower case, then by what distinguishes the records of a site.
template <typename Record, typename Rest>
void SortBySite(Rest rest, std::vector<Record>* records) {
  std::sort(records->begin(), records->end(), [&](const Record& a, const Record& b) {
    const int names = CompareNames(NameOf(a), NameOf(b));
    return names != 0 ? names < 0 : rest(a) < rest(b);
  });
}

template <typename Record>
absl::Span<const Record> RangeOf(const std::vector<Record>& records, absl::string_view name) {
  const auto first = std::partition_point(
      records.begin(), records.end(),
      [&](const Record& record) { return CompareNames(NameOf(record), name) < 0; });
  const auto last = std::partition_point(first, records.end(), [&](const Record& record) {
    return CompareNames(NameOf(record), name) <= 0;
  });
  if (first == last) return {};
  return {&*first, static_cast<size_t>(last - first)};
}

// Whether the host is an address: one address may serve several clouds on different ports.
bool IsAddress(absl::string_view host) {
  return absl::StartsWith(host, "[") || std::all_of(host.begin(), host.end(), [](char c) {
           return c == '.' || absl::ascii_isdigit(static_cast<unsigned char>(c));
         });
}

// Whether two normalised URLs may be one endpoint in spite of another port or path.
bool IsSameEndpoint(absl::string_view a, absl::string_view b) {
  if (a == b) return true;
  const absl::string_view host = HostOfKeystoneUrl(a);
  return host == HostOfKeystoneUrl(b) && !IsAddress(host);
}

bool HoldsEndpoint(const std::vector<std::string>& keystone_urls, absl::string_view keystone_url) {
  return std::any_of(keystone_urls.begin(), keystone_urls.end(),
                     [&](const std::string& url) { return IsSameEndpoint(url, keystone_url); });
}

}  // namespace

absl::string_view FormatRegistryPart(RegistryPart part) {
  switch (part) {
    case RegistryPart::kSites:
      return "sites";
    case RegistryPart::kServices:
      return "services";
    case RegistryPart::kDowntimes:
      return "downtimes";
  }
  return "sites";
}

std::optional<RegistryPart> ParseRegistryPart(absl::string_view text) {
  for (const RegistryPart part : kAllRegistryParts) {
    if (text == FormatRegistryPart(part)) return part;
  }
  return std::nullopt;
}

const RegistryState* Registry::FindState(RegistryPart part) const {
  const auto it = std::find_if(states.begin(), states.end(),
                               [part](const RegistryState& state) { return state.part == part; });
  return it == states.end() ? nullptr : &*it;
}

bool Registry::Knows(RegistryPart part) const {
  const RegistryState* state = FindState(part);
  return state != nullptr && IsKnown(state->success_time);
}

const RegistrySite* Registry::FindSite(absl::string_view name) const {
  const absl::Span<const RegistrySite> found = RangeOf(sites, name);
  return found.empty() ? nullptr : &found.front();
}

absl::Span<const RegistryService> Registry::ServicesOf(absl::string_view site_name) const {
  return RangeOf(services, site_name);
}

absl::Span<const Downtime> Registry::DowntimesOf(absl::string_view site_name) const {
  return RangeOf(downtimes, site_name);
}

absl::Span<const SiteProblem> Registry::ProblemsOf(absl::string_view site_name) const {
  return RangeOf(problems, site_name);
}

void SortRegistry(Registry* registry) {
  std::sort(registry->states.begin(), registry->states.end(),
            [](const RegistryState& a, const RegistryState& b) { return a.part < b.part; });
  SortBySite([](const RegistrySite& site) { return std::tie(site.name); }, &registry->sites);
  SortBySite(
      [](const RegistryService& service) {
        return std::tie(service.service_type, service.hostname, service.primary_key);
      },
      &registry->services);
  SortBySite(
      [](const Downtime& downtime) {
        return std::tie(downtime.start, downtime.id, downtime.service_type, downtime.hostname);
      },
      &registry->downtimes);
  SortBySite(
      [](const SiteProblem& problem) {
        return std::tie(problem.code, problem.subject, problem.site_name);
      },
      &registry->problems);
}

absl::string_view HostOfKeystoneUrl(absl::string_view keystone_url) {
  const size_t scheme_end = keystone_url.find("://");
  absl::string_view host =
      scheme_end == absl::string_view::npos ? keystone_url : keystone_url.substr(scheme_end + 3);
  host = host.substr(0, host.find('/'));
  const size_t bracket = host.rfind(']');
  const size_t port = host.rfind(':');
  if (port != absl::string_view::npos && (bracket == absl::string_view::npos || port > bracket)) {
    host = host.substr(0, port);
  }
  return host;
}

const RegistryService* FindCloudService(absl::Span<const RegistryService> services,
                                        absl::string_view keystone_url) {
  const RegistryService* near = nullptr;
  for (const RegistryService& service : services) {
    if (service.service_type != kCloudServiceType) continue;
    const auto& urls = service.keystone_urls;
    if (std::find(urls.begin(), urls.end(), keystone_url) != urls.end()) return &service;
    if (near == nullptr && HoldsEndpoint(urls, keystone_url)) near = &service;
  }
  return near;
}

bool AffectsEndpoint(const Downtime& downtime, absl::Span<const RegistryService> services,
                     absl::string_view keystone_url) {
  if (downtime.service_type != kCloudServiceType) return false;
  const absl::string_view host = HostOfKeystoneUrl(keystone_url);
  if (!downtime.keystone_urls.empty()) return HoldsEndpoint(downtime.keystone_urls, keystone_url);
  if (absl::EqualsIgnoreCase(downtime.hostname, host)) return true;
  bool has_service = false;
  for (const RegistryService& service : services) {
    if (service.service_type != kCloudServiceType ||
        !absl::EqualsIgnoreCase(service.hostname, downtime.hostname)) {
      continue;
    }
    if (HoldsEndpoint(service.keystone_urls, keystone_url)) return true;
    has_service = has_service || !service.keystone_urls.empty();
  }
  return !has_service && FindCloudService(services, keystone_url) == nullptr;
}

bool IsWorseDowntime(const Downtime& a, const Downtime& b) {
  return std::tie(a.is_outage, a.end) > std::tie(b.is_outage, b.end);
}

}  // namespace cis
