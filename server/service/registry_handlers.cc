// SPDX-License-Identifier: Apache-2.0
#include "server/service/registry_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "schema/base/status_macros.h"
#include "schema/model/resource_name.h"
#include "server/query/read_mask.h"
#include "server/service/errors.h"
#include "server/service/field_tables.h"
#include "server/service/list_page.h"
#include "server/service/lookup.h"
#include "server/service/registry_summary.h"
#include "server/service/registry_to_proto.h"
#include "server/service/summary.h"

namespace cis::server {
namespace {

bool IsRegistrySite(const Snapshot& snapshot, absl::string_view site_id) {
  for (const RegistrySite& site : snapshot.catalog().registry->sites) {
    if (site.active && FormatSlug(site.name) == site_id) return true;
  }
  return false;
}

// Returns the id of the site in the name of one of its resources: "s" for "sites/s/offers/o".
absl::string_view SiteIdOf(absl::string_view name) {
  absl::ConsumePrefix(&name, "sites/");
  return name.substr(0, name.find('/'));
}

// Returns the items below `parent`, `sites/{site}` or `sites/-`. A site that only the registry or a
// site file has counts too. Returns INVALID_RESOURCE_NAME or SITE_NOT_FOUND.
template <typename Item, typename NameOf>
absl::StatusOr<std::vector<const Item*>> ItemsBelow(const std::string& parent,
                                                    const Snapshot& snapshot,
                                                    const std::vector<Item>& items,
                                                    NameOf name_of) {
  const absl::StatusOr<ParsedName> site = ParseResourceName(parent, "sites");
  if (!site.ok()) return InvalidNameError("parent", parent, "sites/{site}, or sites/- for all");
  const bool all = site->site_id == "-";
  std::vector<const Item*> below;
  for (const Item& item : items) {
    if (all || SiteIdOf(name_of(item)) == site->site_id) below.push_back(&item);
  }
  if (below.empty() && !all && !IsRegistrySite(snapshot, site->site_id)) {
    CIS_RETURN_IF_ERROR(ResolveSite(snapshot, site->site_id).status());
  }
  return below;
}

// Returns the item with the requested name. `Not found` names similar items of its site.
template <typename Item, typename Request, typename Message, typename NameOf, typename Convert>
absl::Status GetOfRegistry(const Request& request, absl::string_view collection,
                           const std::vector<Item>& items, NameOf name_of, Convert convert,
                           Message& response) {
  CIS_RETURN_IF_ERROR(CheckReadMask(request.read_mask(), *Message::descriptor()));
  CIS_ASSIGN_OR_RETURN(const ParsedName name, ParseNameField("name", request.name(), collection));
  std::vector<std::string> names;
  for (const Item& item : items) {
    std::string other = name_of(item);
    if (other == request.name()) {
      convert(item, &response);
      ApplyReadMask(request.read_mask(), &response);
      return absl::OkStatus();
    }
    if (SiteIdOf(other) == name.site_id) names.push_back(std::move(other));
  }
  return ResourceNotFoundError(collection, request.name(),
                               NearestResourceNames(request.name(), names));
}

std::string NameOfOffer(const OfferRow& row) { return row.name; }

}  // namespace

absl::Status GetSiteProblem(const RequestContext& context, const Snapshot& snapshot,
                            const v1::GetSiteProblemRequest& request, v1::SiteProblem& response) {
  return GetOfRegistry(request, "problems", FindAllProblems(context, snapshot),
                       FormatSiteProblemName, SiteProblemToProto, response);
}

absl::Status GetOffer(const RequestContext& context, const Snapshot& snapshot,
                      const v1::GetOfferRequest& request, v1::Offer& response) {
  return GetOfRegistry(request, "offers", FindOffers(context, snapshot), NameOfOffer, OfferToProto,
                       response);
}

absl::Status ListSiteProblems(const RequestContext& context, const Snapshot& snapshot,
                              const v1::ListSiteProblemsRequest& request,
                              v1::ListSiteProblemsResponse& response) {
  const std::vector<SiteProblem> problems = FindAllProblems(context, snapshot);
  CIS_ASSIGN_OR_RETURN(std::vector<const SiteProblem*> below,
                       ItemsBelow(request.parent(), snapshot, problems, FormatSiteProblemName));
  return RunList(context, request, snapshot.version(), SiteProblemFields(), std::move(below),
                 FormatSiteProblemName, response, &v1::ListSiteProblemsResponse::add_problems,
                 SiteProblemToProto);
}

absl::Status ListOffers(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListOffersRequest& request, v1::ListOffersResponse& response) {
  const std::vector<OfferRow> offers = FindOffers(context, snapshot);
  CIS_ASSIGN_OR_RETURN(std::vector<const OfferRow*> below,
                       ItemsBelow(request.parent(), snapshot, offers, NameOfOffer));
  return RunList(context, request, snapshot.version(), OfferFields(), std::move(below), NameOfOffer,
                 response, &v1::ListOffersResponse::add_offers, OfferToProto);
}

}  // namespace cis::server
