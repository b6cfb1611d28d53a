// SPDX-License-Identifier: Apache-2.0
#include "server/snapshot/site_index.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "schema/model/resource_name.h"

namespace cis::server {
namespace {

template <typename View>
using Named = std::vector<std::pair<std::string, View>>;

template <typename View>
std::vector<View> Sorted(Named<View> named) {
  std::sort(named.begin(), named.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<View> views;
  views.reserve(named.size());
  for (auto& [id, view] : named) views.push_back(view);
  return views;
}

// Ids are computed anew for each comparison, about log2(n) times per lookup, instead of being
// stored.
template <typename View>
const View* Find(const std::vector<View>& views, absl::string_view id) {
  const auto it = std::lower_bound(views.begin(), views.end(), id,
                                   [](const View& view, absl::string_view wanted) {
                                     return absl::string_view(ResourceIdOf(view)) < wanted;
                                   });
  return it == views.end() || ResourceIdOf(*it) != id ? nullptr : &*it;
}

// The shares that see each record of an endpoint, one record after the other; `starts` has one more
// entry than there are records. (Two flat lists instead of one list per record.)
struct ShareLists {
  std::vector<int32_t> shares;
  std::vector<size_t> starts;
};

ShareLists InvertLinks(const EndpointCatalog& endpoint, size_t record_count,
                       std::vector<int32_t> ShareCatalog::*links) {
  ShareLists lists;
  lists.starts.assign(record_count + 1, 0);
  const auto is_record = [record_count](int32_t index) {
    return index >= 0 && static_cast<size_t>(index) < record_count;
  };
  for (const ShareCatalog& share : endpoint.shares) {
    for (const int32_t index : share.*links) {
      if (is_record(index)) ++lists.starts[static_cast<size_t>(index) + 1];
    }
  }
  for (size_t i = 1; i <= record_count; ++i) lists.starts[i] += lists.starts[i - 1];
  lists.shares.resize(lists.starts.back());
  std::vector<size_t> next(lists.starts.begin(), lists.starts.end() - 1);
  for (size_t s = 0; s < endpoint.shares.size(); ++s) {
    for (const int32_t index : endpoint.shares[s].*links) {
      if (!is_record(index)) continue;
      lists.shares[next[static_cast<size_t>(index)]++] = static_cast<int32_t>(s);
    }
  }
  CIS_DCHECK(std::equal(next.begin(), next.end(), lists.starts.begin() + 1),
             "each link of a share is in one list");
  return lists;
}

template <typename Record>
void AddItems(const SiteCatalog& site, const EndpointCatalog& endpoint,
              const std::vector<Stored<Record>>& records, std::vector<int32_t> ShareCatalog::*links,
              std::vector<std::vector<int32_t>>* share_lists, Named<ItemView<Record>>* named) {
  ShareLists lists = InvertLinks(endpoint, records.size(), links);
  share_lists->push_back(std::move(lists.shares));
  const absl::Span<const int32_t> all = share_lists->back();
  const std::string endpoint_id = FormatEndpointId(endpoint.endpoint);
  for (size_t i = 0; i < records.size(); ++i) {
    const size_t start = lists.starts[i];
    named->emplace_back(FormatItemId(endpoint_id, records[i].record.id),
                        ItemView<Record>{&site, &endpoint, &records[i],
                                         all.subspan(start, lists.starts[i + 1] - start)});
  }
}

}  // namespace

SiteIndex::SiteIndex(std::shared_ptr<const SiteCatalog> site)
    : site_(std::move(site)), site_id_(FormatSlug(site_->site.name)) {
  Named<EndpointView> endpoints;
  Named<ShareView> shares;
  Named<FlavorView> flavors;
  Named<ImageView> images;
  Named<NetworkView> networks;
  for (const EndpointCatalog& endpoint : site_->endpoints) {
    endpoints.emplace_back(FormatEndpointId(endpoint.endpoint),
                           EndpointView{site_.get(), &endpoint});
    AddItems(*site_, endpoint, endpoint.flavors.items(), &ShareCatalog::flavor_indexes,
             &share_lists_, &flavors);
    AddItems(*site_, endpoint, endpoint.images.items(), &ShareCatalog::image_indexes, &share_lists_,
             &images);
    for (const ShareCatalog& share : endpoint.shares) {
      const std::string share_id = FormatShareId(share.share);
      shares.emplace_back(share_id, ShareView{site_.get(), &endpoint, &share});
      for (const Stored<Network>& network : share.networks) {
        networks.emplace_back(FormatItemId(share_id, network.record.id),
                              NetworkView{site_.get(), &endpoint, &share, &network});
      }
    }
  }
  endpoints_ = Sorted(std::move(endpoints));
  shares_ = Sorted(std::move(shares));
  flavors_ = Sorted(std::move(flavors));
  images_ = Sorted(std::move(images));
  networks_ = Sorted(std::move(networks));
}

const EndpointView* SiteIndex::FindEndpoint(absl::string_view id) const {
  return Find(endpoints_, id);
}
const ShareView* SiteIndex::FindShare(absl::string_view id) const { return Find(shares_, id); }
const FlavorView* SiteIndex::FindFlavor(absl::string_view id) const { return Find(flavors_, id); }
const ImageView* SiteIndex::FindImage(absl::string_view id) const { return Find(images_, id); }
const NetworkView* SiteIndex::FindNetwork(absl::string_view id) const {
  return Find(networks_, id);
}

std::string ResourceIdOf(const EndpointView& view) {
  return FormatEndpointId(view.endpoint->endpoint);
}
std::string ResourceIdOf(const ShareView& view) { return FormatShareId(view.share->share); }
std::string ResourceIdOf(const FlavorView& view) {
  return FormatEndpointItemId(view.endpoint->endpoint, view.record().id);
}
std::string ResourceIdOf(const ImageView& view) {
  return FormatEndpointItemId(view.endpoint->endpoint, view.record().id);
}
std::string ResourceIdOf(const NetworkView& view) {
  return FormatShareItemId(view.share->share, view.record().id);
}

}  // namespace cis::server
