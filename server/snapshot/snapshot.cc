// SPDX-License-Identifier: Apache-2.0
#include "server/snapshot/snapshot.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "schema/base/check.h"

namespace cis::server {

std::shared_ptr<const Snapshot> Snapshot::Build(Catalog catalog, const Snapshot* previous) {
  return Build(std::move(catalog), absl::MakeConstSpan(&previous, 1));
}

std::shared_ptr<const Snapshot> Snapshot::Build(Catalog catalog,
                                                absl::Span<const Snapshot* const> previous) {
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(catalog), previous));
}

Snapshot::Snapshot(Catalog catalog, absl::Span<const Snapshot* const> previous)
    : catalog_(std::move(catalog)) {
  absl::flat_hash_map<const SiteCatalog*, std::shared_ptr<const SiteIndex>> known;
  for (const Snapshot* one : previous) {
    if (one == nullptr) continue;
    for (const auto& index : one->sites_) known[index->site().get()] = index;
  }
  CIS_CHECK(catalog_.registry != nullptr, "a catalog has a registry");
  for (const auto& site : catalog_.sites) {
    CIS_CHECK(site != nullptr, "a catalog has whole sites");
    const auto it = known.find(site.get());
    sites_.push_back(it != known.end() ? it->second : std::make_shared<SiteIndex>(site));
    site_by_name_[absl::AsciiStrToLower(site->site.name)] = site.get();
    site_by_id_[sites_.back()->site_id()] = sites_.back().get();
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& share : endpoint.shares) {
        shares_.push_back({site.get(), &endpoint, &share});
      }
    }
  }
  CIS_CHECK(sites_.size() == catalog_.sites.size(), "each site has its index");
  std::sort(sites_.begin(), sites_.end(), [](const auto& a, const auto& b) {
    return absl::StrCat(a->site_id(), "/") < absl::StrCat(b->site_id(), "/");
  });
  const auto key = [](const ShareView& v) {
    const Share& s = v.share->share;
    return std::tie(v.site->site.name, s.vo, s.endpoint.keystone_url, s.endpoint.region,
                    s.project_key);
  };
  std::sort(shares_.begin(), shares_.end(),
            [&key](const ShareView& a, const ShareView& b) { return key(a) < key(b); });
  for (const ShareView& view : shares_) {
    const std::string& vo = view.share->share.vo;
    vo_names_.push_back(vo);
    if (view.share->share.configured) shares_of_vo_[vo].push_back(view);
  }
  std::sort(vo_names_.begin(), vo_names_.end());
  vo_names_.erase(std::unique(vo_names_.begin(), vo_names_.end()), vo_names_.end());
}

absl::Span<const ShareView> Snapshot::SharesOfVo(absl::string_view vo) const {
  const auto it = shares_of_vo_.find(vo);
  if (it == shares_of_vo_.end()) return {};
  return it->second;
}

const SiteCatalog* Snapshot::FindSite(absl::string_view site_name) const {
  const auto it = site_by_name_.find(absl::AsciiStrToLower(site_name));
  return it == site_by_name_.end() ? nullptr : it->second;
}

const SiteCatalog* Snapshot::FindSiteById(absl::string_view site_id) const {
  const SiteIndex* index = FindSiteIndex(site_id);
  return index == nullptr ? nullptr : index->site().get();
}

const SiteIndex* Snapshot::FindSiteIndex(absl::string_view site_id) const {
  const auto it = site_by_id_.find(site_id);
  return it == site_by_id_.end() ? nullptr : it->second;
}

const Crawl* Snapshot::FindCrawl(int64_t crawl_id) const {
  for (const Crawl& crawl : catalog_.crawls) {
    if (crawl.id == crawl_id) return &crawl;
  }
  return nullptr;
}

}  // namespace cis::server
