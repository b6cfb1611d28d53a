// SPDX-License-Identifier: Apache-2.0
#include "crawler/crawl/configuration.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cis::crawler {
namespace {

bool IsSameKeystone(const Share& a, const Share& b) {
  return a.endpoint.site_name == b.endpoint.site_name &&
         a.endpoint.keystone_url == b.endpoint.keystone_url;
}

}  // namespace

void RememberEndpoints(const Catalog& known, std::vector<ShareTarget>* targets) {
  std::map<std::string, std::string> protocols;                         // by Keystone URL
  std::map<std::string, std::map<std::string, std::string>> all_bases;  // likewise
  for (const auto& site : known.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      if (!endpoint.endpoint.protocol.empty()) {
        protocols[endpoint.endpoint.keystone_url] = endpoint.endpoint.protocol;
      }
      for (const auto& [catalog_url, base] : endpoint.endpoint.service_bases) {
        all_bases[endpoint.endpoint.keystone_url][catalog_url] = base;
      }
    }
  }
  for (ShareTarget& target : *targets) {
    Endpoint& endpoint = target.share.endpoint;
    if (const auto bases = all_bases.find(endpoint.keystone_url); bases != all_bases.end()) {
      endpoint.service_bases = bases->second;
    }
    const auto it = protocols.find(endpoint.keystone_url);
    if (it != protocols.end() && !endpoint.protocol.empty() &&
        target.credentials.protocol.empty()) {
      endpoint.protocol = it->second;
    }
  }
}

CrawlConfiguration::Key CrawlConfiguration::KeyOf(const Share& share) {
  return {share.endpoint.site_name, share.endpoint.keystone_url, share.endpoint.region, share.vo,
          share.project_key};
}

CrawlConfiguration::CrawlConfiguration(std::vector<Site> sites, const std::vector<Share>& shares,
                                       const Catalog* known, bool is_complete)
    : sites_(std::move(sites)), shares_(shares) {
  std::set<std::string> names;
  for (const Site& site : sites_) names.insert(site.name);
  std::set<Key> keys;
  for (const Share& share : shares_) keys.insert(KeyOf(share));
  if (known != nullptr) {
    for (const auto& site : known->sites) {
      if (!names.contains(site->site.name)) {
        if (!is_complete || !site->site.configured) continue;
        Site gone = site->site;
        gone.configured = false;
        sites_.push_back(std::move(gone));
        continue;
      }
      for (const EndpointCatalog& endpoint : site->endpoints) {
        for (const ShareCatalog& entry : endpoint.shares) {
          if (entry.share.configured && entry.share.discovered && endpoint.endpoint.configured &&
              !keys.contains(KeyOf(entry.share)) && !HasProject(entry.share)) {
            shares_.push_back(entry.share);
            continue;
          }
          Share whole = entry.share;
          const std::string region = std::exchange(whole.endpoint.region, "");
          if (region.empty() || !entry.share.configured || keys.contains(KeyOf(entry.share)) ||
              !keys.contains(KeyOf(whole))) {
            continue;
          }
          regions_[KeyOf(whole)].push_back(region);
        }
      }
    }
  }
  for (auto& [key, regions] : regions_) std::sort(regions.begin(), regions.end());
  Expand();
}

bool CrawlConfiguration::Discover(const Share& share) {
  if (HasProject(share)) return false;
  shares_.push_back(share);
  Expand();
  return true;
}

bool CrawlConfiguration::ForgetDiscovered(const Share& share,
                                          const std::vector<OfferedProject>& offered) {
  const auto is_offered = [&offered](const Share& other) {
    return std::any_of(offered.begin(), offered.end(), [&](const OfferedProject& project) {
      return project.id == other.project_id && project.vo == other.vo;
    });
  };
  const auto erased = std::erase_if(shares_, [&](const Share& other) {
    return other.discovered && IsSameKeystone(other, share) && !is_offered(other);
  });
  if (erased == 0) return false;
  Expand();
  return true;
}

bool CrawlConfiguration::IsDiscovered(const Share& share) const {
  return std::any_of(shares_.begin(), shares_.end(), [&](const Share& other) {
    return other.discovered && IsSameKeystone(other, share) && other.vo == share.vo &&
           other.project_id == share.project_id;
  });
}

bool CrawlConfiguration::HasProject(const Share& share) const {
  // A file may identify the project by name.
  const std::string by_name = absl::StrCat(share.project_name, "@");
  return std::any_of(shares_.begin(), shares_.end(), [&](const Share& other) {
    if (!IsSameKeystone(other, share)) return false;
    if (!other.project_id.empty()) return other.project_id == share.project_id;
    return !share.project_name.empty() && absl::StartsWith(other.project_key, by_name);
  });
}

bool CrawlConfiguration::Split(const Share& share, const std::vector<std::string>& regions) {
  std::vector<std::string>& known = regions_[KeyOf(share)];
  if (known == regions) return false;
  known = regions;
  Expand();
  return true;
}

bool CrawlConfiguration::Merge(const Share& share) {
  if (regions_.erase(KeyOf(share)) == 0) return false;
  Expand();
  return true;
}

std::vector<Share> CrawlConfiguration::SharesOf(const Share& share) const {
  const auto it = regions_.find(KeyOf(share));
  if (it == regions_.end()) return {share};
  std::vector<Share> shares;
  for (const std::string& region : it->second) {
    shares.push_back(share);
    shares.back().endpoint.region = region;
  }
  return shares;
}

void CrawlConfiguration::Expand() {
  expanded_.clear();
  for (const Share& share : shares_) {
    for (Share& one : SharesOf(share)) expanded_.push_back(std::move(one));
  }
}

}  // namespace cis::crawler
