// SPDX-License-Identifier: Apache-2.0
#pragma once

// Catalogs that several placement tests start from. Confidence is set as the normaliser would.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/placement/placement.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"

namespace cis::server {

inline void SetConfidence(Provenance& provenance, absl::string_view field,
                          Confidence confidence = Confidence::kVerified) {
  provenance.confidence.push_back({std::string(field), confidence});
}

inline Image SureImage(absl::string_view name, absl::string_view distro,
                       absl::string_view version) {
  Image image = MakeImage(name, distro, version, distro);
  SetConfidence(image.provenance, "os_distro");
  SetConfidence(image.provenance, "os_version");
  return image;
}

inline Network SureNetwork(absl::string_view name, NetworkUse use,
                           absl::string_view owner = "project-admin") {
  Network network = MakeNetwork(name, use);
  network.owner = std::string(owner);
  network.subnet_ids = {absl::StrCat("subnet-", network.id)};
  Subnet subnet = MakeSubnet(absl::StrCat("subnet-", network.id), "10.0.0.0/24");
  subnet.gateway_ip = "10.0.0.1";
  subnet.address_count = 250;
  subnet.used_count = 2;
  subnet.has_dhcp_port = true;
  network.subnets = {subnet};
  SetConfidence(network.provenance, "public_v4");
  SetConfidence(network.provenance, "usable_as");
  return network;
}

// Gives the selected share every quota, without a limit.
inline void AddQuotas(CatalogBuilder& builder) {
  for (const char* resource : {"instances", "cores", "ram_mib", "floating_ips", "networks",
                               "subnets", "routers", "ports", "volumes", "volume_gib"}) {
    builder.AddQuota(MakeQuota(resource, -1, 0));
  }
}

// Adds a tenant network of the selected share behind a router to a pool with public addresses.
inline void AddRoutedNetworks(CatalogBuilder& builder, absl::string_view tenant = "private",
                              absl::string_view pool = "public00") {
  const std::string project = builder.share().share.project_id;
  builder.AddNetwork(SureNetwork(tenant, NetworkUse::kTenant, project));
  builder.AddNetwork(SureNetwork(pool, NetworkUse::kFloatingPool));
  builder.AddRouter(
      MakeRouter("router-1", "id-" + std::string(pool), {"id-" + std::string(tenant)}));
}

// One share "SITE-A"/"vo.example.org" with a middle-sized flavor, Ubuntu 22.04 and routed networks.
inline CatalogBuilder PlainScene() {
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo.example.org");
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  AddRoutedNetworks(builder);
  AddQuotas(builder);
  return builder;
}

inline PlacementQuery QueryOf(absl::string_view vo = "vo.example.org") {
  PlacementQuery query;
  query.vos = {std::string(vo)};
  return query;
}

// An answer with the state that it points into.
struct Answer {
  ServingState state;
  PlacementResult result;

  const PlacementResult* operator->() const { return &result; }
};

inline Answer Find(const CatalogBuilder& builder, const PlacementQuery& query,
                   absl::Time now = TestTime() + absl::Hours(1)) {
  Answer answer;
  answer.state = ServingState::Build(Snapshot::Build(builder.Build()));
  answer.result = ExplainPlacements(answer.state, query, now, FreshnessPolicy());
  return answer;
}

// "QUOTA_ZERO cores".
inline std::string CodeText(const Reason& reason) {
  std::string text(FormatReasonCode(reason.code));
  const bool has_resource =
      reason.code == ReasonCode::kQuotaZero || reason.code == ReasonCode::kQuotaExhausted;
  if (has_resource) absl::StrAppend(&text, " ", FormatQuotaResource(*reason.quota));
  return text;
}

// The code that blocks the only share; "" if it fits.
inline std::string BlockingCode(const Answer& answer) {
  if (answer.result.verdicts.size() != 1) return "not one share";
  const Reason* blocking = answer.result.verdicts[0].blocking();
  return blocking != nullptr ? CodeText(*blocking) : "";
}

}  // namespace cis::server
