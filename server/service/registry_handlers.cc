#include "server/service/registry_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "schema/base/status_macros.h"
#include "schema/model/resource_name.h"
#include "server/service/field_tables.h"
#include "server/service/list_page.h"
#include "server/service/registry_summary.h"
#include "server/service/registry_to_proto.h"
#include "server/service/summary.h"

namespace cis {
namespace {

// Lists `items`, which are in the order of the names that `name_of` gives.
template <typename Item, typename Message, typename Request, typename Response, typename NameOf,
          typename Convert>
absl::Status RunList(const RequestContext& context, const Request& request,
                     const Snapshot& snapshot, const FieldTable& fields,
                     const std::vector<Item>& items, NameOf name_of, Response& response,
                     Message* (Response::*add)(), Convert convert) {
  std::vector<const void*> rows;
  rows.reserve(items.size());
  for (const Item& item : items) rows.push_back(&item);
  const auto name_of_row = [&](const void* row) -> std::string {
    return name_of(*static_cast<const Item*>(row));
  };
  const ListSource source{&fields,     Message::descriptor(), std::move(rows),
                          name_of_row, snapshot.generation(), context.now};
  const auto emit = [&](const void* row) -> google::protobuf::Message& {
    Message& message = *(response.*add)();
    convert(*static_cast<const Item*>(row), message);
    return message;
  };
  CIS_ASSIGN_OR_RETURN(ListEnd end, ListPage(ListArgumentsOf(request), source, emit));
  response.set_next_page_token(std::move(end.next_page_token));
  response.set_total_size(end.total_size);
  return absl::OkStatus();
}

}  // namespace

absl::Status ListSiteProblems(const RequestContext& context, const Snapshot& snapshot,
                              const v1::ListSiteProblemsRequest& request,
                              v1::ListSiteProblemsResponse& response) {
  return RunList(context, request, snapshot, SiteProblemFields(),
                 FindAllProblems(context, snapshot), FormatSiteProblemName, response,
                 &v1::ListSiteProblemsResponse::add_problems, SiteProblemToProto);
}

absl::Status ListOffers(const RequestContext& context, const Snapshot& snapshot,
                        const v1::ListOffersRequest& request, v1::ListOffersResponse& response) {
  return RunList(
      context, request, snapshot, OfferFields(), FindOffers(context, snapshot),
      [](const OfferRow& row) { return row.name; }, response, &v1::ListOffersResponse::add_offers,
      OfferToProto);
}

}  // namespace cis
