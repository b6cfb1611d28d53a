// Requests over one small federation. Input: a FindPlacementsRequest as text; `vos` may be left
// out. Output: a line for each placement, each refused share and each relaxation; or the error.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/request_text.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/service/errors.h"
#include "tests/support/case_file.h"
#include "tests/support/placement_reply.h"
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

std::string NetworkText(const v1::NetworkPlan& plan) {
  std::string text = v1::NetworkPlan::Kind_Name(plan.kind());
  if (plan.has_network()) absl::StrAppend(&text, " ", plan.network().display_name());
  if (plan.has_external_network()) {
    absl::StrAppend(&text, " -> ", plan.external_network().display_name());
  }
  return text;
}

std::string AnswerOf(const std::string& input) {
  v1::FindPlacementsRequest request;
  if (!google::protobuf::TextFormat::ParseFromString(input, &request)) return "not a request";
  if (request.vos().empty()) request.add_vos(kVo);
  CatalogBuilder builder;
  AddWest(builder);
  AddSouth(builder);
  AddNorth(builder);
  const auto snapshot = Snapshot::Build(builder.Build());
  v1::FindPlacementsResponse response;
  const RequestContext context{TestTime() + absl::Hours(1), FreshnessPolicy()};
  const absl::Status status = FindPlacements(context, *snapshot, request, response);
  if (!status.ok()) return absl::StrCat(ErrorReason(status), ": ", status.message());
  std::vector<std::string> lines;
  for (const v1::Placement& p : response.placements()) {
    lines.push_back(absl::StrCat("yes ", p.site_name(), " | ", p.flavor().display_name(), " | ",
                                 p.image().display_name(), " | ", NetworkText(p.network()), " | ",
                                 p.login_user(), " | bucket ", p.bucket()));
  }
  for (const v1::ShareVerdict& v : response.verdicts()) {
    if (v.fits()) continue;
    lines.push_back(absl::StrCat("no ", v.site_name(), " | ", v.blocking().stage(), " | ",
                                 v.blocking().code(), " | ", v.blocking().message()));
  }
  for (const v1::Relaxation& r : response.relaxations()) {
    lines.push_back(absl::StrCat("try ", ChangeText(response.interpreted_request(), r.request()),
                                 " | ", absl::StrJoin(r.changed_fields().paths(), ","), " | +",
                                 r.added_share_count(), " ",
                                 absl::StrJoin(r.added_site_names(), " ")));
  }
  for (const v1::Suggestion& s : response.suggestions()) {
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
