// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/neutron.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/gather.h"
#include "crawler/source/limits.h"
#include "crawler/source/paging.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

ListSpec NetworkList(absl::string_view name, absl::string_view path, absl::string_view key,
                     Need need) {
  ListSpec spec;
  spec.kind = Kind::kNetworks;
  spec.document_name = std::string(name);
  spec.path = std::string(path);
  spec.list_key = std::string(key);
  spec.need = need;
  return spec;
}

std::string Paged(absl::string_view path) { return absl::StrCat(path, "?limit=", kPageSize); }

}  // namespace

NeutronExtensions ParseExtensions(absl::string_view body) {
  NeutronExtensions extensions;
  const json parsed = ParseBody(body);
  if (!parsed.is_object() || parsed.count("extensions") == 0) return extensions;
  for (const json& extension : parsed["extensions"]) {
    const std::string alias = StringAt(extension, "alias");
    if (alias == "floatingip-pools") extensions.floatingip_pools = true;
    if (alias == "quota_details") extensions.quota_details = true;
    if (alias == "subnet_allocation") extensions.subnet_pools = true;
    if (alias == "rbac-subnetpool") extensions.subnet_pool_rbac = true;
    if (alias == "subnet-external-network") extensions.external_subnets_visible = true;
  }
  return extensions;
}

void NetworkFetch::Start(DocumentsDone networks_done, QuotaPartDone quota_done) {
  auto gather = std::make_shared<Gather>(std::move(networks_done));
  FetchList(*client_, NetworkList("networks", Paged("/networks"), "networks", Need::kKind),
            Gather::ListPart(gather));
  FetchList(*client_, NetworkList("subnets", Paged("/subnets"), "subnets", Need::kFacts),
            Gather::ListPart(gather));
  FetchList(*client_, NetworkList("routers", Paged("/routers"), "routers", Need::kFacts),
            Gather::ListPart(gather));
  // All ports on the project's networks and its own ports on others': they show which subnets
  // routers serve, which addresses are used, and which device has the address of a gateway.
  FetchList(*client_,
            NetworkList("ports",
                        absl::StrCat(Paged("/ports"),
                                     "&fields=id&fields=network_id&fields=device_id"
                                     "&fields=device_owner&fields=fixed_ips"),
                        "ports", Need::kFacts),
            Gather::ListPart(gather));
  FetchList(*client_,
            NetworkList("floatingips", Paged("/floatingips"), "floatingips", Need::kFacts),
            Gather::ListPart(gather));
  // The extensions decide the requests for the quota and the pools.
  DocumentSpec spec;
  spec.kind = Kind::kNetworks;
  spec.name = "extensions";
  spec.path = "/extensions";
  spec.members = {"extensions"};
  spec.holds_list = true;
  spec.audience = Audience::kEndpoint;
  spec.leads_on = true;
  const size_t extensions_part = gather->Add();
  const size_t floating_part = gather->Add();
  const size_t subnet_part = gather->Add();
  FetchDocument(
      *client_, std::move(spec),
      [this, gather, extensions_part, floating_part, subnet_part,
       quota_done = std::move(quota_done)](Document document, const absl::Status& status) mutable {
        const NeutronExtensions extensions = ParseExtensions(document.body);
        gather->Put(extensions_part, std::vector<Document>{std::move(document)});
        AskPools(extensions, gather, floating_part, subnet_part);
        // If the extensions are not known, the details are worth a try; the plain quota follows if
        // they fail.
        AskQuota(extensions.quota_details || !status.ok(), std::move(quota_done));
      });
  gather->Seal();
}

void NetworkFetch::AskPools(const NeutronExtensions& extensions,
                            const std::shared_ptr<Gather>& gather, size_t floating_part,
                            size_t subnet_part) {
  const auto fetch = [&](ListSpec spec, size_t part) {
    FetchList(*client_, std::move(spec), [gather, part](absl::StatusOr<ListResult> list) {
      gather->Put(part, std::move(list->documents));
    });
  };
  if (extensions.floatingip_pools && !extensions.external_subnets_visible) {
    fetch(NetworkList("floatingip_pools", "/floatingip_pools", "floatingip_pools", Need::kFacts),
          floating_part);
  } else {
    gather->Put(floating_part, std::vector<Document>{});
  }
  if (!extensions.subnet_pools) {
    gather->Put(subnet_part, std::vector<Document>{});
    return;
  }
  ListSpec spec = NetworkList("subnetpools", Paged("/subnetpools"), "subnetpools", Need::kExtras);
  // Shared pools are shared with everyone, unless access can be given to single projects.
  if (!extensions.subnet_pool_rbac) {
    absl::StrAppend(&spec.path, "&shared=true");
    spec.audience = Audience::kEndpoint;
  }
  fetch(std::move(spec), subnet_part);
}

void NetworkFetch::AskQuota(bool has_details, QuotaPartDone quota_done) {
  DocumentSpec spec;
  spec.name = "neutron_quota";
  spec.path = absl::StrCat("/quotas/", PercentEncode(project_id_));
  spec.members = {"quota"};
  if (!has_details) {
    FetchQuotaPart(*client_, std::move(spec), std::move(quota_done));
    return;
  }
  DocumentSpec details = spec;
  absl::StrAppend(&details.path, "/details.json");
  FetchDocument(*client_, std::move(details),
                [this, spec = std::move(spec), done = std::move(quota_done)](
                    Document document, const absl::Status& status) mutable {
                  if (status.ok()) {
                    done({std::move(document)}, status);
                  } else {
                    // Policies hide the usage more often than the limits.
                    FetchQuotaPart(*client_, std::move(spec), std::move(done));
                  }
                });
}

}  // namespace cis::crawler
