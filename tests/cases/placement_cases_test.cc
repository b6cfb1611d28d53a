// Requests over one small federation. Input: a FindPlacementsRequest as text; the `vos` of its
// query may be left out. Output: a line for each placement, each refused share and each relaxation;
// or the error.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/request_text.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/service/errors.h"
#include "server/service/placement_handlers.h"
#include "tests/support/case_file.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis {
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

std::string AnswerOf(const std::string& input) {
  v1::FindPlacementsRequest request;
  if (!google::protobuf::TextFormat::ParseFromString(input, &request)) return "not a request";
  if (request.query().vos().empty()) request.mutable_query()->add_vos(kVo);
  CatalogBuilder builder;
  AddWest(builder);
  AddSouth(builder);
  AddNorth(builder);
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
  for (const v1::Placement& p : found.placements()) {
    const v1::PlacedMachine& machine = p.machine();
    lines.push_back(absl::StrCat("yes ", p.site_name(), " | ", machine.flavor().display_name(),
                                 " | ", machine.image().display_name(), " | ",
                                 NetworkText(machine.network()), " | ", machine.login_user(), " | ",
                                 Bare(v1::PlacementTier_Name(p.tier()), "PLACEMENT_TIER_")));
  }
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
  const absl::Status status = RunCaseFile(path, AnswerOf);
  EXPECT_TRUE(status.ok()) << status.message();
}

INSTANTIATE_TEST_SUITE_P(Files, PlacementCases, testing::Values("requests.case", "errors.case"));

}  // namespace
}  // namespace cis
