// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where records of the registry become cis.v1 messages.

#include "cis/v1/inventory.pb.h"
#include "cis/v1/registry.pb.h"
#include "schema/model/registry.h"
#include "server/service/registry_summary.h"

namespace cis::server {

void SiteProblemToProto(const SiteProblem& problem, v1::SiteProblem* proto);
void OfferToProto(const OfferRow& row, v1::Offer* proto);
// `now` decides whether the downtime is in progress. Leaves out `endpoints`.
void DowntimeToProto(const Downtime& downtime, absl::Time now, v1::Downtime* proto);
// Sets the registry's fields of a site. `now` decides which downtimes are in progress.
void RegistryFactsToProto(const RegistryFacts& facts, absl::Time now, v1::Site* proto);

}  // namespace cis::server
