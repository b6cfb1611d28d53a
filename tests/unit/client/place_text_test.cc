#include "client/place_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "client/request_text.h"
#include "client/why_not_text.h"

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::FindPlacementsResponse Response(const std::string& text) {
  v1::FindPlacementsResponse response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &response));
  return response;
}

std::string PlanText(const std::string& text) {
  v1::NetworkPlan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &plan));
  return NetworkPlanText(plan);
}

TEST(PlaceText, EveryPlanHasItsWords) {
  const std::string refs =
      "network { display_name: 'net' } external_network { upstream_id: 'pool-id' }";
  EXPECT_EQ(PlanText("kind: DIRECT " + refs), "net (direct)");
  EXPECT_EQ(PlanText("kind: FLOATING " + refs), "net -> pool-id");
  EXPECT_EQ(PlanText("kind: FLOATING_NEEDS_ROUTER " + refs), "net -> new router -> pool-id");
  EXPECT_EQ(PlanText("kind: FLOATING_NEEDS_NETWORK " + refs), "new network -> pool-id");
  EXPECT_EQ(PlanText("kind: PRIVATE " + refs), "net (private)");
  EXPECT_EQ(PlanText(""), "not known");
}

TEST(PlaceText, TheSummaryCountsShares) {
  EXPECT_EQ(SummarySentence(Response("site_count: 24 interpreted_request { vos: 'v' } "
                                     "verdicts { fits: true observe_time { seconds: 3600 } } "
                                     "verdicts { observe_time { seconds: 7200 } } verdicts {}"),
                            absl::FromUnixSeconds(10800)),
            "1 of 3 shares of VO v can run this (24 sites known, data 2 h old).");
  EXPECT_EQ(SummarySentence(Response("site_count: 1 interpreted_request { vos: 'v' } verdicts {}"),
                            absl::UnixEpoch()),
            "None of 1 share of VO v can run this (1 site known).");
  EXPECT_EQ(SummarySentence(Response("site_count: 2"), absl::UnixEpoch()),
            "No share can run this (2 sites known).");
}

TEST(PlaceText, EveryRefusedShareHasOneLine) {
  const auto response = Response(
      "verdicts { site_name: 'A' vo: 'v' fits: true } "
      "verdicts { site_name: 'LONG-B' vo: 'v' blocking { stage: 'flavor' code: 'RAM_TOO_SMALL' "
      "  message: 'needs 8 GiB; m1 has 7.6 GiB' gap_percent: 4.8 } } "
      "verdicts { site_name: 'C' vo: 'v' blocking { stage: 'image_x_flavor' code: 'X' "
      "  message: 'bad\\nname' } } "
      "interpreted_request { machine { ram_mib { min: 8192 } } network { public_v4: "
      "ADDRESS_WISH_REQUIRED } } "
      "relaxations { request { machine { ram_mib { min: 7800 } } network { public_v4: "
      "ADDRESS_WISH_REQUIRED } } added_share_count: 1 } "
      "relaxations { request { machine { ram_mib { min: 8192 } } } added_share_count: 2 }");
  EXPECT_THAT(ReasonLines(response, 0),
              ElementsAre("no  LONG-B  flavor: needs 8 GiB; m1 has 7.6 GiB [near miss, 4.8 %]",
                          "no  C       image+flavor: bad\\nname",
                          "Try: --ram 7800M adds 1 share; without --public-ip adds 2 shares"));
}

TEST(PlaceText, LongLinesGoOnBelow) {
  const auto response = Response(
      "verdicts { site_name: 'A' vo: 'v' blocking { stage: 'image' code: 'OS_VERSION_TOO_OLD' "
      "  message: 'no image is ubuntu>=22.04, the newest is ubuntu 20.04 (Image for EGI Ubuntu "
      "20.04 [Ubuntu/20.04/VirtualBox])' } } "
      "interpreted_request { count: 3 machine { vcpu_count { min: 8 } ram_mib { min: 32768 } "
      "gpu_count { min: 1 } gpu_model: 'A100' } image { os: 'ubuntu>=22.04' os: 'debian' } network "
      "{ "
      "public_v6: ADDRESS_WISH_REQUIRED } } "
      "relaxations { request { count: 1 machine { vcpu_count { min: 4 } ram_mib { min: 16384 } } } "
      "added_share_count: 4 }");
  EXPECT_THAT(
      ReasonLines(response, 0),
      ElementsAre("no  A  image: no image is ubuntu>=22.04, the newest is ubuntu 20.04 "
                  "(Image for EGI Ubuntu 20.04",
                  "       [Ubuntu/20.04/VirtualBox])",
                  "Try: --vcpus 4, --ram 16384M, --count 1, without --gpus --gpu-model --os --ipv6 "
                  "adds 4 shares"));
}

TEST(PlaceText, ManyReasonsFitOneScreen) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&text, "verdicts { site_name: 'S", i, "' blocking { code: '",
                    i % 4 == 0 ? "NET_NONE" : "RAM_TOO_SMALL", "' stage: 's' message: 'm' } } ");
  }
  const std::vector<std::string> lines = ReasonLines(Response(text), 18);
  ASSERT_EQ(lines.size(), 18u);
  EXPECT_EQ(lines.back(), "and 23 more: 18 ram too small, 5 net none (--explain tells all)");
  EXPECT_EQ(ReasonLines(Response(text), 0).size(), 40u);
}

TEST(PlaceText, SharesOfSeveralVosAreToldApart) {
  const auto lines =
      ReasonLines(Response("verdicts { site_name: 'A' vo: 'x' blocking { stage: 's' code: 'C' } } "
                           "verdicts { site_name: 'A' vo: 'y' blocking { stage: 's' code: 'C' } }"),
                  0);
  EXPECT_THAT(lines, ElementsAre("no  A x  s: C", "no  A y  s: C"));
}

TEST(PlaceText, RegionsOfASiteAreToldApart) {
  const v1::FindPlacementsResponse response = Response(
      "verdicts { site_name: 'A' vo: 'x' region: 'r1' blocking { stage: 's' code: 'C' } } "
      "verdicts { site_name: 'A' vo: 'x' region: 'r2' fits: true } "
      "verdicts { site_name: 'B' vo: 'x' region: 'r1' blocking { stage: 's' code: 'C' } }");
  EXPECT_THAT(ReasonLines(response, 0), ElementsAre("no  A r1  s: C", "no  B     s: C"));
  const RowKeys keys = RowKeysOf(response);
  EXPECT_THAT(keys.sites_by_region, ElementsAre("A"));
  v1::Placement placement;
  placement.set_site_name("A");
  placement.set_region("r2");
  EXPECT_EQ(PlacementColumns(false, keys)[1].head, "REGION");
  EXPECT_EQ(PlacementCells(placement, false, keys)[1].text, "r2");
  placement.set_site_name("B");
  EXPECT_EQ(PlacementCells(placement, false, keys)[1].text, "");
  const std::string explained = ExplainText(response, TableStyle(), absl::UnixEpoch());
  EXPECT_THAT(explained, HasSubstr("FITS  SITE  VO  REGION  AGE"));
  EXPECT_THAT(explained, HasSubstr("yes   A     x   r2"));
}

TEST(PlaceText, MisspellingsAreSuggested) {
  EXPECT_THAT(
      ReasonLines(Response("suggestions { field: 'vos' value: 'vo.acces' candidates: 'vo.access' }"
                           "suggestions { field: 'sites' value: 'x' }"),
                  0),
      ElementsAre("There is no \"vo.acces\"; did you mean vo.access?", "There is no \"x\"."));
}

TEST(PlaceText, ANameHasFourPartsWhateverIsKnown) {
  v1::Placement placement;
  placement.set_share("sites/a/shares/s");
  placement.mutable_flavor()->set_name("sites/a/flavors/f");
  placement.mutable_image()->set_name("sites/a/images/i");
  EXPECT_EQ(PlacementName(placement), "sites/a/shares/s\tsites/a/flavors/f\tsites/a/images/i\t-");
}

TEST(PlaceText, EveryHeadHasItsCell) {
  for (const bool wide : {false, true}) {
    for (const bool vos : {false, true}) {
      const RowKeys keys{vos, {"A"}};
      EXPECT_EQ(PlacementColumns(wide, keys).size(),
                PlacementCells(v1::Placement(), wide, keys).size());
    }
  }
}

TEST(PlaceText, TheRequestIsEchoedAsItCouldBeTyped) {
  v1::FindPlacementsRequest request;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "vos: 'v' machine { vcpu_count { min: 2 max: 4 } ram_mib { max: 8192 } "
      "allow_boot_from_volume: true } image { os: 'ubuntu>=22.04' } "
      "network { public_v4: ADDRESS_WISH_REQUIRED } count: 1 max_age { seconds: 60 }",
      &request));
  EXPECT_EQ(RequestText(request),
            "--vo v --vcpus 2..4 --ram ..8192M --os 'ubuntu>=22.04' --public-ip --count 1 "
            "--max-age 60s");
}

TEST(PlaceText, ExplanationHasFunnelVerdictsAndRequest) {
  const std::string text = ExplainText(
      Response("funnel { stage: 'vo' in_count: 2 out_count: 1 } "
               "verdicts { site_name: 'A' vo: 'v' fits: true unknowns: 'QUOTA_UNKNOWN' } "
               "verdicts { site_name: 'B' vo: 'v' blocking { stage: 'flavor' message: 'm1' } "
               "  also { stage: 'network' message: 'm2' } "
               "  refused_pairs { flavor: 'f' image: 'i' reason { message: 'm3' } } } "
               "interpreted_request { vos: 'v' }"),
      {}, absl::UnixEpoch());
  for (const char* part :
       {"SHARES IN", "vo             2           1", "yes   A", "not known     quota", "m1",
        "also: m2", "m3", "Understood as: --vo v"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(part));
  }
}

}  // namespace
}  // namespace cis
