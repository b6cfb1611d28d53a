// SPDX-License-Identifier: Apache-2.0
#include "crawler/registry/assembler.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crawler/registry/limits.h"

namespace cis::crawler {
namespace {

// Takes `found` if nothing is known yet; returns false if the two contradict each other.
bool Merge(const std::string& found, std::string* known) {
  if (known->empty()) *known = found;
  return found.empty() || *known == found;
}

}  // namespace

absl::Status RegistryAssembler::Add(GocdbPage page, absl::string_view place, Remarks& remarks) {
  for (RegistrySite& site : page.sites) AddSite(std::move(site), place, remarks);
  for (RegistryService& service : page.services) {
    if (!service.primary_key.empty()) {
      const auto [it, inserted] = service_keys_.try_emplace(service.primary_key, place);
      if (!inserted && it->second != place) {
        remarks.Add(
            absl::StrCat("key ", it->second, place),
            absl::StrCat(place, ": service ", service.primary_key, " of ", service.site_name,
                         " was already read from ", it->second, ", which is used"));
        continue;
      }
    }
    ServiceKey key = {absl::AsciiStrToLower(service.site_name), service.service_type,
                      service.hostname, service.primary_key};
    services_.emplace(std::move(key), std::move(service));
  }
  for (Downtime& downtime : page.downtimes) {
    ServiceKey key = {absl::AsciiStrToLower(downtime.site_name), downtime.id, downtime.service_type,
                      downtime.hostname};
    downtimes_.emplace(std::move(key), std::move(downtime));
  }
  // On a page with several kinds, it is unknown which kind could not be read; lists have one kind.
  const RegistryPart part = !page.services.empty()    ? RegistryPart::kServices
                            : !page.downtimes.empty() ? RegistryPart::kDowntimes
                                                      : RegistryPart::kSites;
  skipped_counts_[part] += page.skipped_count;
  if (sites_.size() > kMaxRegistrySites || services_.size() > kMaxRegistryServices ||
      downtimes_.size() > kMaxRegistryDowntimes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(place,
                     ": more entries than any registry has (kMaxRegistrySites, "
                     "kMaxRegistryServices, kMaxRegistryDowntimes)"));
  }
  return absl::OkStatus();
}

void RegistryAssembler::AddSite(RegistrySite site, absl::string_view place, Remarks& remarks) {
  const auto [it, inserted] = sites_.try_emplace(absl::AsciiStrToLower(site.name), site);
  if (inserted) return;
  RegistrySite& known = it->second;
  bool agrees = Merge(site.primary_key, &known.primary_key);
  agrees = Merge(site.country_code, &known.country_code) && agrees;
  agrees = Merge(site.roc, &known.roc) && agrees;
  agrees = Merge(site.infrastructure, &known.infrastructure) && agrees;
  agrees = Merge(site.certification, &known.certification) && agrees;
  if (agrees) return;
  remarks.Add(absl::StrCat("site ", place),
              absl::StrCat(place, ": site ", site.name,
                           " was already read with other facts; the first are used"));
}

RegistryUpdate RegistryAssembler::Take(RegistryPart part, absl::Time time) {
  RegistryUpdate update;
  update.part = part;
  update.time = time;
  update.skipped_count = skipped_counts_[part];
  switch (part) {
    case RegistryPart::kSites:
      for (auto& [name, site] : sites_) update.sites.push_back(std::move(site));
      sites_.clear();
      break;
    case RegistryPart::kServices:
      for (auto& [key, service] : services_) update.services.push_back(std::move(service));
      services_.clear();
      break;
    case RegistryPart::kDowntimes:
      for (auto& [key, downtime] : downtimes_) update.downtimes.push_back(std::move(downtime));
      downtimes_.clear();
      break;
  }
  return update;
}

}  // namespace cis::crawler
