#pragma once

// What the filter and order_by of each list may name. The names are the messages' own. The table in
// server/query/README.md and the comments of proto/cis/v1/{inventory,registry}.proto say the
// same.

#include <string>

#include "server/query/field.h"
#include "server/service/summary.h"
#include "server/snapshot/views.h"

namespace cis {

// An endpoint in a list, with its URL as the message has it.
struct EndpointRow {
  const EndpointView* view = nullptr;
  std::string keystone_url;
};

// A share in a list, with what depends on the time.
struct ShareRow {
  const ShareView* view = nullptr;
  DataState state = DataState::kMissing;
};

const FieldTable& SiteFields();         // over SiteSummary
const FieldTable& EndpointFields();     // over EndpointRow
const FieldTable& VoFields();           // over VoSummary
const FieldTable& ShareFields();        // over ShareRow
const FieldTable& FlavorFields();       // over FlavorView
const FieldTable& ImageFields();        // over ImageView
const FieldTable& NetworkFields();      // over NetworkView
const FieldTable& CrawlFields();        // over Crawl
const FieldTable& SiteProblemFields();  // over SiteProblem
const FieldTable& OfferFields();        // over OfferRow

}  // namespace cis
