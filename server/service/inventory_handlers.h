// SPDX-License-Identifier: Apache-2.0
#pragma once

// The methods of InventoryService. Everything that a handler may use is in its signature. The
// errors of each method are documented in proto/cis/v1/inventory.proto.

#include "absl/status/status.h"
#include "cis/v1/inventory.pb.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

absl::Status GetSite(const RequestContext& context, const Snapshot& snapshot,
                     const v1::GetSiteRequest& request, v1::Site& response);
absl::Status GetEndpoint(const RequestContext& context, const Snapshot& snapshot,
                         const v1::GetEndpointRequest& request, v1::Endpoint& response);
absl::Status GetVo(const RequestContext& context, const Snapshot& snapshot,
                   const v1::GetVoRequest& request, v1::Vo& response);
absl::Status GetShare(const RequestContext& context, const Snapshot& snapshot,
                      const v1::GetShareRequest& request, v1::Share& response);
absl::Status GetFlavor(const RequestContext& context, const Snapshot& snapshot,
                       const v1::GetFlavorRequest& request, v1::Flavor& response);
absl::Status GetImage(const RequestContext& context, const Snapshot& snapshot,
                      const v1::GetImageRequest& request, v1::Image& response);
absl::Status GetNetwork(const RequestContext& context, const Snapshot& snapshot,
                        const v1::GetNetworkRequest& request, v1::Network& response);
absl::Status GetCrawl(const RequestContext& context, const Snapshot& snapshot,
                      const v1::GetCrawlRequest& request, v1::Crawl& response);

absl::Status ListSites(const RequestContext& context, const Snapshot& snapshot,
                       const v1::ListSitesRequest& request, v1::ListSitesResponse& response);
absl::Status ListEndpoints(const RequestContext& context, const Snapshot& snapshot,
                           const v1::ListEndpointsRequest& request,
                           v1::ListEndpointsResponse& response);
absl::Status ListVos(const RequestContext& context, const Snapshot& snapshot,
                     const v1::ListVosRequest& request, v1::ListVosResponse& response);
absl::Status ListShares(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListSharesRequest& request, v1::ListSharesResponse& response);
absl::Status ListFlavors(const RequestContext& context, const Snapshot& snapshot,
                         const v1::ListFlavorsRequest& request, v1::ListFlavorsResponse& response);
absl::Status ListImages(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListImagesRequest& request, v1::ListImagesResponse& response);
absl::Status ListNetworks(const RequestContext& context, const Snapshot& snapshot,
                          const v1::ListNetworksRequest& request,
                          v1::ListNetworksResponse& response);
absl::Status ListCrawls(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListCrawlsRequest& request, v1::ListCrawlsResponse& response);

}  // namespace cis::server
