#include "server/service/registry_handlers.h"

#include <vector>

#include "schema/model/resource_name.h"
#include "server/service/field_tables.h"
#include "server/service/list_page.h"
#include "server/service/registry_summary.h"
#include "server/service/registry_to_proto.h"
#include "server/service/summary.h"

namespace cis {
absl::Status ListSiteProblems(const RequestContext& context, const Snapshot& snapshot,
                              const v1::ListSiteProblemsRequest& request,
                              v1::ListSiteProblemsResponse& response) {
  const std::vector<SiteProblem> problems = FindAllProblems(context, snapshot);
  return RunList(context, request, snapshot.generation(), SiteProblemFields(), PointersTo(problems),
                 FormatSiteProblemName, response, &v1::ListSiteProblemsResponse::add_problems,
                 SiteProblemToProto);
}

absl::Status ListOffers(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListOffersRequest& request, v1::ListOffersResponse& response) {
  const std::vector<OfferRow> offers = FindOffers(context, snapshot);
  return RunList(
      context, request, snapshot.generation(), OfferFields(), PointersTo(offers),
      [](const OfferRow& row) { return row.name; }, response, &v1::ListOffersResponse::add_offers,
      OfferToProto);
}

}  // namespace cis
