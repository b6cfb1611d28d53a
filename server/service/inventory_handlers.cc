// SPDX-License-Identifier: Apache-2.0
#include "server/service/inventory_handlers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schema/base/status_macros.h"
#include "server/query/read_mask.h"
#include "server/service/errors.h"
#include "server/service/field_tables.h"
#include "server/service/list_page.h"
#include "server/service/lookup.h"
#include "server/service/proto_values.h"
#include "server/service/registry_to_proto.h"
#include "server/service/to_proto.h"

namespace cis::server {
namespace {

// Bounds ListXResponse.unreachable.
constexpr int kMaxUnreachable = 100;

// The resources of a list's sites: `FullName` is a row's resource name.
template <typename View>
std::string FullName(absl::string_view collection, const View& view) {
  return absl::StrCat("sites/", FormatSlug(view.site->site.name), "/", collection, "/",
                      ResourceIdOf(view));
}

template <typename Response>
void AddUnreachable(const RequestContext& context, const std::vector<const SiteIndex*>& sites,
                    absl::Span<const Kind> kinds, Response& response) {
  for (const SiteIndex* site : sites) {
    if (response.unreachable_size() == kMaxUnreachable) return;
    if (!site->site()->site.configured || HasUsableData(context, *site, kinds)) continue;
    response.add_unreachable(absl::StrCat("sites/", site->site_id()));
  }
}

template <typename Record>
bool IsCurrent(const ItemView<Record>& view) {
  return view.stored->active && view.endpoint->endpoint.configured;
}
bool IsCurrent(const NetworkView& view) {
  return view.stored->active && view.share->share.configured;
}

// Lists the resources of the sites' endpoints: flavors, images or networks.
template <typename View, typename Request, typename Response, typename Item>
absl::Status RunStoredList(const RequestContext& context, const Snapshot& snapshot,
                           const Request& request, Response& response, absl::string_view collection,
                           Kind kind, const FieldTable<View>& fields,
                           absl::Span<const View> (SiteIndex::*all)() const,
                           Item* (Response::*add)(), void (*convert)(const View&, Item*)) {
  CIS_ASSIGN_OR_RETURN(const std::vector<const SiteIndex*> sites,
                       ResolveParent(snapshot, request.parent()));
  std::vector<const View*> rows;
  for (const SiteIndex* site : sites) {
    for (const View& view : (site->*all)()) {
      if (request.show_inactive() || IsCurrent(view)) rows.push_back(&view);
    }
  }
  CIS_RETURN_IF_ERROR(RunList(
      context, request, snapshot.version(), fields, std::move(rows),
      [collection](const View& view) { return FullName(collection, view); }, response, add,
      convert));
  AddUnreachable(context, sites, {kind}, response);
  return absl::OkStatus();
}

// Converts one resource of a site that was found by name, and applies the read mask.
template <typename View, typename Request, typename Response, typename Convert>
absl::Status GetInventory(const Snapshot& snapshot, const Request& request, Response& response,
                          absl::string_view collection,
                          const View* (SiteIndex::*find)(absl::string_view) const,
                          absl::Span<const View> (SiteIndex::*all)() const, Convert convert) {
  CIS_RETURN_IF_ERROR(CheckReadMask(request.read_mask(), *Response::descriptor()));
  CIS_ASSIGN_OR_RETURN(const View* view,
                       ResolveName<View>(snapshot, request.name(), collection, find, all));
  convert(*view, &response);
  ApplyReadMask(request.read_mask(), &response);
  return absl::OkStatus();
}

void WholeSiteToProto(const RequestContext& context, const Snapshot& snapshot,
                      const SiteSummary& summary, v1::Site* proto) {
  SiteToProto(summary, proto);
  RegistryFactsToProto(summary.registry, context.now, proto);
  for (const SiteProblem& problem : FindProblems(context, snapshot, *summary.site)) {
    proto->add_problems(problem.message);
  }
}

}  // namespace

absl::Status GetSite(const RequestContext& context, const Snapshot& snapshot,
                     const v1::GetSiteRequest& request, v1::Site& response) {
  CIS_RETURN_IF_ERROR(CheckReadMask(request.read_mask(), *v1::Site::descriptor()));
  CIS_ASSIGN_OR_RETURN(const ParsedName name, ParseNameField("name", request.name(), "sites"));
  CIS_ASSIGN_OR_RETURN(const SiteIndex* site, ResolveSite(snapshot, name.id));
  WholeSiteToProto(context, snapshot, SummarizeSite(context, snapshot, *site), &response);
  ApplyReadMask(request.read_mask(), &response);
  return absl::OkStatus();
}

absl::Status GetEndpoint(const RequestContext&, const Snapshot& snapshot,
                         const v1::GetEndpointRequest& request, v1::Endpoint& response) {
  return GetInventory<EndpointView>(snapshot, request, response, "endpoints",
                                    &SiteIndex::FindEndpoint, &SiteIndex::endpoints,
                                    EndpointToProto);
}

absl::Status GetVo(const RequestContext&, const Snapshot& snapshot, const v1::GetVoRequest& request,
                   v1::Vo& response) {
  CIS_RETURN_IF_ERROR(CheckReadMask(request.read_mask(), *v1::Vo::descriptor()));
  CIS_ASSIGN_OR_RETURN(const ParsedName name, ParseNameField("name", request.name(), "vos"));
  std::vector<std::string> names;
  for (const VoSummary& vo : SummarizeVos(snapshot)) {
    names.push_back(FormatVoName(vo.vo));
    if (names.back() != request.name()) continue;
    VoToProto(vo, &response);
    ApplyReadMask(request.read_mask(), &response);
    return absl::OkStatus();
  }
  return ResourceNotFoundError("vos", request.name(), NearestResourceNames(request.name(), names));
}

absl::Status GetShare(const RequestContext& context, const Snapshot& snapshot,
                      const v1::GetShareRequest& request, v1::Share& response) {
  return GetInventory<ShareView>(
      snapshot, request, response, "shares", &SiteIndex::FindShare, &SiteIndex::shares,
      [&context](const ShareView& view, v1::Share* proto) { ShareToProto(context, view, proto); });
}

absl::Status GetFlavor(const RequestContext&, const Snapshot& snapshot,
                       const v1::GetFlavorRequest& request, v1::Flavor& response) {
  return GetInventory<FlavorView>(snapshot, request, response, "flavors", &SiteIndex::FindFlavor,
                                  &SiteIndex::flavors, FlavorToProto);
}

absl::Status GetImage(const RequestContext&, const Snapshot& snapshot,
                      const v1::GetImageRequest& request, v1::Image& response) {
  return GetInventory<ImageView>(snapshot, request, response, "images", &SiteIndex::FindImage,
                                 &SiteIndex::images, ImageToProto);
}

absl::Status GetNetwork(const RequestContext&, const Snapshot& snapshot,
                        const v1::GetNetworkRequest& request, v1::Network& response) {
  return GetInventory<NetworkView>(snapshot, request, response, "networks", &SiteIndex::FindNetwork,
                                   &SiteIndex::networks, NetworkToProto);
}

absl::Status GetCrawl(const RequestContext&, const Snapshot& snapshot,
                      const v1::GetCrawlRequest& request, v1::Crawl& response) {
  CIS_RETURN_IF_ERROR(CheckReadMask(request.read_mask(), *v1::Crawl::descriptor()));
  CIS_ASSIGN_OR_RETURN(const ParsedName name, ParseNameField("name", request.name(), "crawls"));
  int64_t id = 0;
  const Crawl* crawl = absl::SimpleAtoi(name.id, &id) ? snapshot.FindCrawl(id) : nullptr;
  if (crawl == nullptr || FormatCrawlName(id) != request.name()) {
    return ResourceNotFoundError("crawls", request.name(), {});
  }
  CrawlToProto(*crawl, &response);
  for (const CrawlResult& result : snapshot.catalog().crawl_results) {
    if (result.crawl_id == id) CrawlResultToProto(result, response.add_results());
  }
  ApplyReadMask(request.read_mask(), &response);
  return absl::OkStatus();
}

absl::Status ListSites(const RequestContext& context, const Snapshot& snapshot,
                       const v1::ListSitesRequest& request, v1::ListSitesResponse& response) {
  std::vector<SiteSummary> summaries;
  for (const auto& site : snapshot.sites()) {
    summaries.push_back(SummarizeSite(context, snapshot, *site));
  }
  // By name; the snapshot has them in the order of their contents' names.
  std::sort(summaries.begin(), summaries.end(), [](const SiteSummary& a, const SiteSummary& b) {
    return a.site->site_id() < b.site->site_id();
  });
  return RunList(
      context, request, snapshot.version(), SiteFields(), PointersTo(summaries),
      [](const SiteSummary& summary) { return summary.site->site_id(); }, response,
      &v1::ListSitesResponse::add_sites,
      [&](const SiteSummary& summary, v1::Site* proto) {
        WholeSiteToProto(context, snapshot, summary, proto);
      });
}

absl::Status ListEndpoints(const RequestContext& context, const Snapshot& snapshot,
                           const v1::ListEndpointsRequest& request,
                           v1::ListEndpointsResponse& response) {
  CIS_ASSIGN_OR_RETURN(const std::vector<const SiteIndex*> sites,
                       ResolveParent(snapshot, request.parent()));
  std::vector<EndpointRow> endpoints;
  for (const SiteIndex* site : sites) {
    for (const EndpointView& view : site->endpoints()) {
      endpoints.push_back({&view, KeystoneV3Url(view.endpoint->endpoint)});
    }
  }
  CIS_RETURN_IF_ERROR(RunList(
      context, request, snapshot.version(), EndpointFields(), PointersTo(endpoints),
      [](const EndpointRow& row) { return FullName("endpoints", *row.view); }, response,
      &v1::ListEndpointsResponse::add_endpoints,
      [](const EndpointRow& row, v1::Endpoint* proto) { EndpointToProto(*row.view, proto); }));
  AddUnreachable(context, sites, kAllKinds, response);
  return absl::OkStatus();
}

absl::Status ListVos(const RequestContext& context, const Snapshot& snapshot,
                     const v1::ListVosRequest& request, v1::ListVosResponse& response) {
  const std::vector<VoSummary> summaries = SummarizeVos(snapshot);
  return RunList(
      context, request, snapshot.version(), VoFields(), PointersTo(summaries),
      [](const VoSummary& summary) { return FormatVoName(summary.vo); }, response,
      &v1::ListVosResponse::add_vos, VoToProto);
}

absl::Status ListShares(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListSharesRequest& request, v1::ListSharesResponse& response) {
  CIS_ASSIGN_OR_RETURN(const std::vector<const SiteIndex*> sites,
                       ResolveParent(snapshot, request.parent()));
  std::vector<ShareRow> shares;
  for (const SiteIndex* site : sites) {
    for (const ShareView& view : site->shares()) {
      if (!request.show_inactive() && !view.share->share.configured) continue;
      shares.push_back({&view, StateOfShare(context, *view.share)});
    }
  }
  CIS_RETURN_IF_ERROR(RunList(
      context, request, snapshot.version(), ShareFields(), PointersTo(shares),
      [](const ShareRow& row) { return FullName("shares", *row.view); }, response,
      &v1::ListSharesResponse::add_shares,
      [&context](const ShareRow& row, v1::Share* proto) {
        ShareToProto(context, *row.view, proto);
      }));
  AddUnreachable(context, sites, kAllKinds, response);
  return absl::OkStatus();
}

absl::Status ListFlavors(const RequestContext& context, const Snapshot& snapshot,
                         const v1::ListFlavorsRequest& request, v1::ListFlavorsResponse& response) {
  return RunStoredList<FlavorView>(context, snapshot, request, response, "flavors", Kind::kFlavors,
                                   FlavorFields(), &SiteIndex::flavors,
                                   &v1::ListFlavorsResponse::add_flavors, FlavorToProto);
}

absl::Status ListImages(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListImagesRequest& request, v1::ListImagesResponse& response) {
  return RunStoredList<ImageView>(context, snapshot, request, response, "images", Kind::kImages,
                                  ImageFields(), &SiteIndex::images,
                                  &v1::ListImagesResponse::add_images, ImageToProto);
}

absl::Status ListNetworks(const RequestContext& context, const Snapshot& snapshot,
                          const v1::ListNetworksRequest& request,
                          v1::ListNetworksResponse& response) {
  return RunStoredList<NetworkView>(context, snapshot, request, response, "networks",
                                    Kind::kNetworks, NetworkFields(), &SiteIndex::networks,
                                    &v1::ListNetworksResponse::add_networks, NetworkToProto);
}

absl::Status ListCrawls(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListCrawlsRequest& request, v1::ListCrawlsResponse& response) {
  std::vector<const Crawl*> crawls;
  for (const Crawl& crawl : snapshot.catalog().crawls) crawls.push_back(&crawl);
  std::sort(crawls.begin(), crawls.end(),
            [](const Crawl* a, const Crawl* b) { return a->id < b->id; });
  return RunList(
      context, request, snapshot.version(), CrawlFields(), std::move(crawls),
      // Crawls order by number: crawls/9 comes before crawls/10.
      [](const Crawl& crawl) { return absl::StrFormat("%020d", crawl.id); }, response,
      &v1::ListCrawlsResponse::add_crawls, CrawlToProto);
}

}  // namespace cis::server
