// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names that filter and order_by of each list may use: the fields of records that
// schema/model/fields.h describes as kListed, and fields that are computed. The names are those of
// the messages; proto/FIELDS.md is generated from these tables.

#include <string>

#include "server/query/field.h"
#include "server/service/summary.h"
#include "server/snapshot/views.h"

namespace cis::server {

// An endpoint in a list, with its URL as in the message.
struct EndpointRow {
  const EndpointView* view = nullptr;
  std::string keystone_url;
};

// A share in a list, with what depends on the time.
struct ShareRow {
  const ShareView* view = nullptr;
  DataState state = DataState::kMissing;
};

const FieldTable<SiteSummary>& SiteFields();
const FieldTable<EndpointRow>& EndpointFields();
const FieldTable<VoSummary>& VoFields();
const FieldTable<ShareRow>& ShareFields();
const FieldTable<FlavorView>& FlavorFields();
const FieldTable<ImageView>& ImageFields();
const FieldTable<NetworkView>& NetworkFields();
const FieldTable<Crawl>& CrawlFields();
const FieldTable<SiteProblem>& SiteProblemFields();
const FieldTable<OfferRow>& OfferFields();

}  // namespace cis::server
