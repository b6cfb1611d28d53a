// SPDX-License-Identifier: Apache-2.0
#pragma once

// The methods of RegistryService. Everything that a handler may use is in its signature. The errors
// of each method are documented in proto/cis/v1/registry.proto.

#include "absl/status/status.h"
#include "cis/v1/registry.pb.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

absl::Status GetSiteProblem(const RequestContext& context, const Snapshot& snapshot,
                            const v1::GetSiteProblemRequest& request, v1::SiteProblem& response);
absl::Status GetOffer(const RequestContext& context, const Snapshot& snapshot,
                      const v1::GetOfferRequest& request, v1::Offer& response);
absl::Status ListSiteProblems(const RequestContext& context, const Snapshot& snapshot,
                              const v1::ListSiteProblemsRequest& request,
                              v1::ListSiteProblemsResponse& response);
absl::Status ListOffers(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListOffersRequest& request, v1::ListOffersResponse& response);

}  // namespace cis::server
