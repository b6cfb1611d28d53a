// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where inventory records become cis.v1 messages.

#include "cis/v1/inventory.pb.h"
#include "server/service/request_context.h"
#include "server/service/summary.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// Leaves out `problems`, which need a pass over all states (see FindProblems), and the registry's
// fields (registry_to_proto.h).
void SiteToProto(const SiteSummary& summary, v1::Site* proto);
void EndpointToProto(const EndpointView& view, v1::Endpoint* proto);
void VoToProto(const VoSummary& summary, v1::Vo* proto);
void ShareToProto(const RequestContext& context, const ShareView& view, v1::Share* proto);
void FlavorToProto(const FlavorView& view, v1::Flavor* proto);
void ImageToProto(const ImageView& view, v1::Image* proto);
void NetworkToProto(const NetworkView& view, v1::Network* proto);
// Leaves out `results`.
void CrawlToProto(const Crawl& crawl, v1::Crawl* proto);
void CrawlResultToProto(const CrawlResult& result, v1::CrawlResult* proto);

}  // namespace cis::server
