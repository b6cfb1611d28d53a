// SPDX-License-Identifier: Apache-2.0
#include "crawler/registry/site_problems.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "crawler/registry/gocdb.h"

namespace cis::crawler {
namespace {

constexpr absl::string_view kCertified = "Certified";

std::string WithV3(absl::string_view keystone_url) { return absl::StrCat(keystone_url, "/v3"); }

class ProblemFinder {
 public:
  explicit ProblemFinder(const Catalog& catalog)
      : catalog_(catalog), registry_(*catalog.registry) {}

  std::vector<SiteProblem> Find() {
    for (const auto& site : catalog_.sites) {
      if (!site->site.configured) continue;
      configured_.insert(absl::AsciiStrToLower(site->site.name));
      CheckNames(*site);
      if (registry_.Knows(RegistryPart::kSites)) CheckStatus(*site);
      if (registry_.Knows(RegistryPart::kServices)) CheckEndpoints(*site);
      for (const EndpointCatalog& endpoint : site->endpoints) {
        if (endpoint.endpoint.configured) CheckShares(*site, endpoint);
      }
    }
    if (registry_.Knows(RegistryPart::kServices)) CheckRegistry();
    return std::move(problems_);
  }

 private:
  void Add(absl::string_view site, absl::string_view code, absl::string_view subject,
           std::string message) {
    problems_.push_back({std::string(site), std::string(code), std::string(subject),
                         std::move(message), absl::InfinitePast()});
  }

  static std::vector<const Endpoint*> ConfiguredEndpoints(const SiteCatalog& site) {
    std::vector<const Endpoint*> endpoints;
    for (const EndpointCatalog& endpoint : site.endpoints) {
      if (endpoint.endpoint.configured) endpoints.push_back(&endpoint.endpoint);
    }
    return endpoints;
  }

  void CheckNames(const SiteCatalog& site) {
    std::set<std::string> urls;
    for (const Endpoint* endpoint : ConfiguredEndpoints(site)) urls.insert(endpoint->keystone_url);
    if (urls.size() < 2) return;
    Add(site.site.name, "NAME_SHARED", "",
        absl::StrCat(urls.size(), " endpoints share this GOCDB name: ", absl::StrJoin(urls, ", "),
                     "; tools that use only the first miss the others"));
  }

  // Returns the service of a site with another name whose cloud is at an endpoint of `site`; null
  // if there is none.
  const RegistryService* FindUnderOtherName(const SiteCatalog& site) const {
    for (const Endpoint* endpoint : ConfiguredEndpoints(site)) {
      for (const RegistryService& service : registry_.services) {
        if (service.service_type != kCloudServiceType ||
            absl::EqualsIgnoreCase(service.site_name, site.site.name)) {
          continue;
        }
        if (FindCloudService({&service, 1}, endpoint->keystone_url) != nullptr) return &service;
      }
    }
    return nullptr;
  }

  // Returns the active site of the registry that used to have the name of `site`.
  const RegistrySite* FindByFormerName(const SiteCatalog& site) const {
    for (const RegistrySite& other : registry_.sites) {
      if (other.active && absl::EqualsIgnoreCase(other.former_name, site.site.name)) return &other;
    }
    return nullptr;
  }

  void CheckStatus(const SiteCatalog& site) {
    const std::string& name = site.site.name;
    const RegistrySite* listed = registry_.FindSite(name);
    if (listed != nullptr && listed->active) {
      if (!listed->certification.empty() &&
          !absl::EqualsIgnoreCase(listed->certification, kCertified)) {
        Add(name, "SITE_NOT_CERTIFIED", "",
            absl::StrCat("GOCDB lists the site as ", listed->certification, ", not as Certified"));
      }
      if (!listed->infrastructure.empty() &&
          !absl::EqualsIgnoreCase(listed->infrastructure, kProduction)) {
        Add(name, "SITE_NOT_PRODUCTION", "",
            absl::StrCat("GOCDB lists the site's infrastructure as ", listed->infrastructure));
      }
      return;
    }
    const RegistryService* service = FindUnderOtherName(site);
    const RegistrySite* renamed = FindByFormerName(site);
    if (renamed != nullptr || service != nullptr) {
      const std::string& now = renamed != nullptr ? renamed->name : service->site_name;
      renamed_to_.insert(absl::AsciiStrToLower(now));
      Add(name, "SITE_RENAMED", now,
          absl::StrCat("the site is called ", now, " in GOCDB; set the site file's `gocdb` to it"));
    } else if (listed != nullptr) {
      Add(name, "SITE_VANISHED", "",
          absl::StrCat("GOCDB has not listed the site since ",
                       absl::FormatTime("%Y-%m-%d", listed->last_seen, absl::UTCTimeZone())));
    } else {
      Add(name, "SITE_NOT_IN_GOCDB", "", "a site file names the site, but GOCDB does not list it");
    }
  }

  void CheckEndpoints(const SiteCatalog& site) {
    const std::string& name = site.site.name;
    const absl::Span<const RegistryService> services = registry_.ServicesOf(name);
    std::vector<std::string> known;
    std::set<const RegistryService*> unmatched;
    bool has_cloud = false;
    for (const RegistryService& service : services) {
      if (service.service_type != kCloudServiceType) continue;
      has_cloud = true;
      if (service.keystone_urls.empty()) {
        Add(name, "SERVICE_WITHOUT_URL", service.hostname,
            absl::StrCat("GOCDB gives no Keystone URL for ", kCloudServiceType, " at ",
                         service.hostname));
        continue;
      }
      unmatched.insert(&service);
      known.insert(known.end(), service.keystone_urls.begin(), service.keystone_urls.end());
    }
    bool any_matched = false;
    std::set<std::string> checked;  // an endpoint is a URL and a region
    for (const Endpoint* endpoint : ConfiguredEndpoints(site)) {
      const std::string& url = endpoint->keystone_url;
      const RegistryService* service = FindCloudService(services, url);
      if (service != nullptr) {
        any_matched = true;
        unmatched.erase(service);
      }
      if (!checked.insert(url).second) continue;
      if (service == nullptr) {
        if (!known.empty()) {
          Add(name, "URL_DIFFERS", WithV3(url),
              absl::StrCat("the site file has ", WithV3(url), ", but GOCDB has ",
                           WithV3(absl::StrJoin(known, "/v3, "))));
        } else if (!has_cloud && registry_.FindSite(name) != nullptr) {
          Add(name, "SERVICE_NOT_IN_GOCDB", WithV3(url),
              absl::StrCat("GOCDB has no ", kCloudServiceType, " of the site; the site file has ",
                           WithV3(url)));
        }
        continue;
      }
      const auto& urls = service->keystone_urls;
      if (std::find(urls.begin(), urls.end(), url) == urls.end()) {
        Add(name, "URL_DIFFERS", WithV3(url),
            absl::StrCat("the site file has ", WithV3(url), ", but GOCDB has ",
                         WithV3(absl::StrJoin(urls, "/v3, ")),
                         ": the same host, spelt differently"));
      }
      if (service->in_production == false) {
        Add(name, "SERVICE_NOT_PRODUCTION", WithV3(url),
            absl::StrCat("GOCDB lists the cloud at ", WithV3(url), " as not in production"));
      }
    }
    if (!any_matched) return;  // URL_DIFFERS has said it
    for (const RegistryService* service : unmatched) {
      Add(name, "ENDPOINT_NOT_IN_FILES", WithV3(service->keystone_urls.front()),
          absl::StrCat("GOCDB lists another cloud of the site at ",
                       WithV3(service->keystone_urls.front()), ", which no site file names"));
    }
  }

  void CheckShares(const SiteCatalog& site, const EndpointCatalog& endpoint) {
    std::set<std::string> projects;  // that shares are for
    std::set<std::string> offered;
    for (const OfferedProject& project : endpoint.offered_projects) offered.insert(project.id);
    for (const ShareCatalog& entry : endpoint.shares) {
      const Share& share = entry.share;
      if (!share.configured) continue;
      projects.insert(share.project_id);
      const std::string where = WithV3(endpoint.endpoint.keystone_url);
      const std::string subject = absl::StrCat(share.vo, " ", share.project_id, " ", where);
      if (share.discovered) {
        Add(site.site.name, "PROJECT_DISCOVERED", subject,
            absl::StrCat("no site file names project ", share.project_id, " of VO ", share.vo,
                         " at ", where, "; the site offers it, and it is used"));
      }
      if (share.support != VoSupport::kRefused) continue;
      if (!offered.empty() && !share.project_id.empty() && !offered.contains(share.project_id)) {
        Add(site.site.name, "PROJECT_UNKNOWN", subject,
            absl::StrCat("project ", share.project_id, " of VO ", share.vo,
                         " is not one of those that ", where, " offers to its credential"));
      } else {
        Add(site.site.name, "VO_REFUSED", subject,
            absl::StrCat("VO ", share.vo, " is configured at ", where,
                         ", which refuses its login"));
      }
    }
    for (const OfferedProject& project : endpoint.offered_projects) {
      if (projects.contains(project.id)) continue;
      Add(site.site.name, "PROJECT_NOT_IN_FILES", project.id,
          absl::StrCat("the site offers project ", project.name, " (", project.id, ") at ",
                       WithV3(endpoint.endpoint.keystone_url),
                       ", which no site file names and whose property egi.VO ",
                       project.vo.empty() ? "is not set"
                                          : absl::StrCat("names ", project.vo,
                                                         ", which has no "
                                                         "share for it")));
    }
  }

  // Clouds of the registry that no file names.
  void CheckRegistry() {
    std::set<std::string> told;
    for (const RegistryService& service : registry_.services) {
      const std::string name = absl::AsciiStrToLower(service.site_name);
      if (service.service_type != kCloudServiceType || configured_.contains(name) ||
          renamed_to_.contains(name) || service.in_production == false) {
        continue;
      }
      const RegistrySite* site = registry_.FindSite(service.site_name);
      const bool usable =
          site == nullptr ||
          (site->active && (site->certification.empty() || site->certification == kCertified) &&
           (site->infrastructure.empty() || site->infrastructure == kProduction));
      if (!usable || !told.insert(name).second) continue;
      Add(service.site_name, "SITE_NOT_IN_FILES", "",
          absl::StrCat("GOCDB lists a cloud of the site",
                       service.keystone_urls.empty()
                           ? std::string()
                           : absl::StrCat(" at ", WithV3(service.keystone_urls.front())),
                       ", but no site file names it"));
    }
  }

  const Catalog& catalog_;
  const Registry& registry_;
  std::set<std::string> configured_;  // names in lower case
  std::set<std::string> renamed_to_;
  std::vector<SiteProblem> problems_;
};

}  // namespace

std::vector<SiteProblem> FindSiteProblems(const Catalog& catalog) {
  return ProblemFinder(catalog).Find();
}

}  // namespace cis::crawler
