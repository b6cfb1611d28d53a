#include "server/snapshot/snapshot.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "schema/model/resource_name.h"

namespace cis {

std::shared_ptr<const Snapshot> Snapshot::Build(Catalog catalog) {
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(catalog)));
}

Snapshot::Snapshot(Catalog catalog) : catalog_(std::move(catalog)) {
  for (const auto& site : catalog_.sites) {
    site_by_name_[absl::AsciiStrToLower(site->site.name)] = site.get();
    site_by_id_[FormatSlug(site->site.name)] = site.get();
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& share : endpoint.shares) {
        shares_.push_back({site.get(), &endpoint, &share});
      }
    }
  }
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
  const auto it = site_by_id_.find(site_id);
  return it == site_by_id_.end() ? nullptr : it->second;
}

}  // namespace cis
