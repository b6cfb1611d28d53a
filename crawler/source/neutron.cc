#include "crawler/source/neutron.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/gather.h"
#include "crawler/source/limits.h"
#include "crawler/source/paging.h"
#include "nlohmann/json.hpp"

namespace cis {
namespace {

using nlohmann::json;

ListSpec NetworkList(absl::string_view name, absl::string_view path, absl::string_view key,
                     std::vector<int> tolerated) {
  ListSpec spec;
  spec.kind = Kind::kNetworks;
  spec.document_name = std::string(name);
  spec.path = std::string(path);
  spec.list_key = std::string(key);
  spec.tolerated = std::move(tolerated);
  return spec;
}

std::string Paged(absl::string_view path) { return absl::StrCat(path, "?limit=", kPageSize); }

}  // namespace

NeutronExtensions ParseExtensions(absl::string_view body) {
  NeutronExtensions extensions;
  const json parsed = json::parse(body.begin(), body.end(), nullptr, false);
  if (!parsed.is_object() || parsed.count("extensions") == 0) return extensions;
  for (const json& extension : parsed["extensions"]) {
    const std::string alias = StringAt(extension, "alias");
    if (alias == "floatingip-pools") extensions.floatingip_pools = true;
    if (alias == "quota_details") extensions.quota_details = true;
  }
  return extensions;
}

void NetworkFetch::Start(DocumentsDone networks_done, DocumentsDone quota_done) {
  // Refused or not offered: the facts stay unknown, the networks are still of use.
  const std::vector<int> tolerated = {403, 404};
  auto gather = std::make_shared<Gather>(std::move(networks_done));
  FetchList(*client_, NetworkList("networks", Paged("/networks"), "networks", {}),
            Gather::ListPart(gather));
  FetchList(*client_, NetworkList("subnets", Paged("/subnets"), "subnets", {}),
            Gather::ListPart(gather));
  FetchList(*client_, NetworkList("routers", Paged("/routers"), "routers", tolerated),
            Gather::ListPart(gather));
  // Legacy, distributed and highly available routers name their interfaces differently; repeating
  // a filter means "or".
  FetchList(*client_,
            NetworkList("router_ports",
                        absl::StrCat(Paged("/ports"),
                                     "&device_owner=network:router_interface"
                                     "&device_owner=network:router_interface_distributed"
                                     "&device_owner=network:ha_router_replicated_interface"),
                        "ports", tolerated),
            Gather::ListPart(gather));
  FetchList(*client_, NetworkList("floatingips", Paged("/floatingips"), "floatingips", tolerated),
            Gather::ListPart(gather));
  // What the extensions say leads on to the quota and the pools.
  GetOptions options;
  options.audience = Audience::kEndpoint;
  options.leads_on = true;
  const size_t extensions_part = gather->Add();
  const size_t pools_part = gather->Add();
  FetchDocument(
      *client_, Kind::kNetworks, "extensions", "/extensions", "extensions", tolerated,
      [this, gather, extensions_part, pools_part,
       quota_done = std::move(quota_done)](absl::StatusOr<Document> document) mutable {
        if (!document.ok()) {
          gather->Put(extensions_part, document.status());
          gather->Put(pools_part, std::vector<Document>{});
          quota_done(document.status());
          return;
        }
        const NeutronExtensions extensions = ParseExtensions(document->body);
        gather->Put(extensions_part, std::vector<Document>{*std::move(document)});
        if (extensions.floatingip_pools) {
          FetchList(
              *client_,
              NetworkList("floatingip_pools", "/floatingip_pools", "floatingip_pools", {403, 404}),
              [gather, pools_part](absl::StatusOr<ListResult> list) {
                if (list.ok()) {
                  gather->Put(pools_part, std::move(list->documents));
                } else {
                  gather->Put(pools_part, list.status());
                }
              });
        } else {
          gather->Put(pools_part, std::vector<Document>{});
        }
        AskQuota(extensions.quota_details, std::move(quota_done));
      },
      std::move(options));
  gather->Seal();
}

void NetworkFetch::AskQuota(bool has_details, DocumentsDone quota_done) {
  FetchDocument(
      *client_, Kind::kQuotas, "neutron_quota",
      absl::StrCat("/quotas/", PercentEncode(project_id_), has_details ? "/details.json" : ""),
      "quota", {403, 404},
      [done = std::move(quota_done)](absl::StatusOr<Document> document) mutable {
        if (document.ok()) {
          done(std::vector<Document>{*std::move(document)});
        } else {
          done(document.status());
        }
      });
}

}  // namespace cis
