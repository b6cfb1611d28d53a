// Requests over one small federation, and those with several kinds of machines (groups.case) over
// another. Input: a FindPlacementsRequest as text; the `vos` of its query may be left out. Output:
// one line per placement, rejected share and relaxation; or the error.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/answer/request_text.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/service/errors.h"
#include "server/service/placement_handlers.h"
#include "tests/support/case_file.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

constexpr char kVo[] = "vo.access.egi.eu";

// Floating IPs used up by quota, some unattached; a foreign network; hidden external subnets.
void AddWest(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("WEST", "ES")).Select("WEST", kVo);
  builder.AddFlavor(MakeFlavor("cor1mem1hd10", 1, 1024, 10));
  builder.AddFlavor(MakeFlavor("cor2mem4hd20", 2, 4096, 20));
  builder.AddFlavor(MakeFlavor("cor16mem32hd20", 16, 32766, 20));
  builder.AddImage(SureImage("Ubuntu 20.04", "ubuntu", "20.04"));
  builder.AddImage(SureImage("CentOS 7", "centos", "7"));
  AddRoutedNetworks(builder, "net-vo.access.egi.eu", "public00");
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  builder.AddFloatingIp(MakeFloatingIp("fip-2", "id-public00", true));
  builder.AddQuota(MakeQuota("floating_ips", 2, 2));
  builder.AddQuota(MakeQuota("cores", 40, 4));
  for (const char* resource : {"instances", "ram_mib", "ports"}) {
    builder.AddQuota(MakeQuota(resource, -1, 0));
  }
}

// A flavor whose disk is smaller than the only image; a pool with private addresses.
void AddSouth(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("SOUTH", "IT")).Select("SOUTH", kVo);
  builder.AddFlavor(MakeFlavor("m1.tiny", 1, 512, 1));
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  Image image = SureImage("Ubuntu 18.04", "ubuntu", "18.04");
  image.size_bytes = 2361393152;
  image.virtual_size_bytes.reset();
  builder.AddImage(image);
  AddRoutedNetworks(builder, "int-vo", "ext-net");
  for (auto& network : builder.share().networks) network.record.public_v4 = Tristate::kNo;
  AddQuotas(builder);
}

// Direct public addresses, GPUs, a flavor without disk, images of two architectures.
void AddNorth(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("NORTH", "DE")).Select("NORTH", kVo);
  builder.AddFlavor(MakeFlavor("volume.only", 2, 4096, 0));
  Flavor gpu = MakeFlavor("gpu.a100", 16, 131072, 200);
  gpu.gpu_count = 2;
  gpu.gpu_vendor = "NVIDIA";
  gpu.gpu_model = "A100 80GB PCIe";
  SetConfidence(gpu.provenance, "gpu_count");
  SetConfidence(gpu.provenance, "gpu_model");
  builder.AddFlavor(gpu);
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  Image arm = SureImage("Debian 12 arm", "debian", "12");
  arm.arch = "aarch64";
  builder.AddImage(arm);
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  AddQuotas(builder);
}

CatalogBuilder SmallFederation() {
  CatalogBuilder builder;
  AddWest(builder);
  AddSouth(builder);
  AddNorth(builder);
  return builder;
}

Flavor GpuFlavor(const std::string& name, const std::string& model, int64_t gpu_memory_mib) {
  Flavor flavor = MakeFlavor(name, 8, 65536, 100);
  flavor.gpu_count = 1;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = model;
  flavor.gpu_memory_mib = gpu_memory_mib;
  for (const char* field : {"gpu_count", "gpu_model"}) SetConfidence(flavor.provenance, field);
  return flavor;
}

// A site for clusters with 120 cores left, and two with GPUs, of which one has many and one few.
CatalogBuilder ClusterSites() {
  CatalogBuilder builder;
  builder.SetSite(MakeSite("ALPHA", "ES")).Select("ALPHA", kVo);
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  builder.AddFlavor(MakeFlavor("m1.huge", 16, 32768, 40));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  AddRoutedNetworks(builder);
  builder.AddNetwork(SureNetwork("storage", NetworkUse::kTenant, builder.share().share.project_id));
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  builder.AddQuota(MakeQuota("floating_ips", 1, 1));
  builder.AddQuota(MakeQuota("cores", 128, 8));
  builder.SetSite(MakeSite("BETA", "DE")).Select("BETA", kVo);
  builder.AddFlavor(GpuFlavor("gpu.v100", "V100", 32768));
  builder.AddFlavor(GpuFlavor("gpu.a100", "A100 80GB PCIe", 81920));
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  AddQuotas(builder);
  builder.SetSite(MakeSite("GAMMA", "IT")).Select("GAMMA", kVo);
  builder.AddFlavor(GpuFlavor("gpu.h100", "H100", 81920));
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  builder.AddQuota(MakeQuota("instances", 4, 0));
  return builder;
}

// "FLOATING" of NETWORK_PLAN_KIND_FLOATING.
std::string Bare(std::string name, absl::string_view prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

std::string NetworkText(const v1::NetworkPlan& plan) {
  std::string text = Bare(v1::NetworkPlanKind_Name(plan.kind()), "NETWORK_PLAN_KIND_");
  if (plan.has_network()) absl::StrAppend(&text, " ", plan.network().display_name());
  if (plan.has_external_network()) {
    absl::StrAppend(&text, " -> ", plan.external_network().display_name());
  }
  return text;
}

std::string CodeText(const v1::Reason& reason) {
  std::string text = Bare(v1::ReasonCode_Name(reason.code()), "REASON_CODE_");
  if (reason.quota_resource() != v1::QUOTA_RESOURCE_UNSPECIFIED) {
    absl::StrAppend(&text, " ",
                    Bare(v1::QuotaResource_Name(reason.quota_resource()), "QUOTA_RESOURCE_"));
  }
  return text;
}

// "m1.medium | Ubuntu 22.04 | FLOATING private -> public00 | ubuntu".
std::string MachineText(const v1::PlacedMachine& machine) {
  return absl::StrCat(machine.flavor().display_name(), " | ", machine.image().display_name(), " | ",
                      NetworkText(machine.network()), " | ", machine.login_user());
}

std::string PlacementText(const v1::Placement& p) {
  const std::string tier = Bare(v1::PlacementTier_Name(p.tier()), "PLACEMENT_TIER_");
  if (p.groups().empty()) {
    return absl::StrCat("yes ", p.site_name(), " | ", MachineText(p.machine()), " | ", tier,
                        p.alternative().empty() ? "" : " | alternative ", p.alternative());
  }
  std::string text = absl::StrCat("yes ", p.site_name(), " | ", tier);
  for (const v1::PlacedGroup& group : p.groups()) {
    absl::StrAppend(&text, "\n  ", group.display_name(), ": ", group.count(), " x ",
                    MachineText(group.machine()),
                    group.prepared_by().empty() ? "" : " | prepared by ", group.prepared_by());
  }
  return text;
}

std::string AnswerOf(const CatalogBuilder& builder, const std::string& input) {
  v1::FindPlacementsRequest request;
  if (!google::protobuf::TextFormat::ParseFromString(input, &request)) return "not a request";
  if (request.query().vos().empty()) request.mutable_query()->add_vos(kVo);
  const auto snapshot = Snapshot::Build(builder.Build());
  v1::FindPlacementsResponse found;
  const RequestContext context{TestTime() + absl::Hours(1), FreshnessPolicy()};
  absl::Status status = FindPlacements(context, *snapshot, request, found);
  v1::ExplainPlacementsRequest explain;
  *explain.mutable_query() = request.query();
  v1::ExplainPlacementsResponse explained;
  status.Update(ExplainPlacements(context, *snapshot, explain, explained));
  if (!status.ok()) return absl::StrCat(ErrorReason(status), ": ", status.message());
  std::vector<std::string> lines;
  for (const v1::Placement& p : found.placements()) lines.push_back(PlacementText(p));
  for (const v1::ShareVerdict& v : explained.verdicts()) {
    if (v.satisfies()) continue;
    const v1::Reason& reason = v.blocking_reason();
    lines.push_back(absl::StrCat("no ", v.site_name(), " | ",
                                 Bare(v1::PlacementStage_Name(reason.stage()), "PLACEMENT_STAGE_"),
                                 " | ", CodeText(reason), " | ", reason.message()));
  }
  for (const v1::Relaxation& r : explained.relaxations()) {
    lines.push_back(absl::StrCat("try ", ChangeText(explained.query(), r.query()), " | ",
                                 absl::StrJoin(r.changed_fields().paths(), ","), " | +",
                                 r.added_share_count(), " ",
                                 absl::StrJoin(r.added_site_names(), " ")));
  }
  for (const v1::Suggestion& s : explained.suggestions()) {
    lines.push_back(
        absl::StrCat("mean ", s.field(), " ", s.value(), ": ", absl::StrJoin(s.candidates(), " ")));
  }
  return absl::StrJoin(lines, "\n");
}

class PlacementCases : public testing::TestWithParam<const char*> {};

TEST_P(PlacementCases, AnswerAsWritten) {
  const std::string path = absl::StrCat(CIS_SOURCE_DIR, "/tests/cases/placement/", GetParam());
  const bool of_clusters = absl::string_view(GetParam()) == "groups.case";
  const CatalogBuilder builder = of_clusters ? ClusterSites() : SmallFederation();
  const absl::Status status =
      RunCaseFile(path, [&builder](const std::string& input) { return AnswerOf(builder, input); });
  EXPECT_TRUE(status.ok()) << status.message();
}

INSTANTIATE_TEST_SUITE_P(Files, PlacementCases,
                         testing::Values("requests.case", "errors.case", "groups.case"));

}  // namespace
}  // namespace cis::server
