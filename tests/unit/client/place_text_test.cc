// SPDX-License-Identifier: Apache-2.0
#include "client/answer/place_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "client/answer/request_text.h"
#include "client/answer/why_not_text.h"

namespace cis::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
T Parsed(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::FindPlacementsResponse Found(const std::string& text) {
  return Parsed<v1::FindPlacementsResponse>(text);
}

PlaceAnswer Answer(const std::string& found, const std::string& explained) {
  return {Found(found), Parsed<v1::ExplainPlacementsResponse>(explained)};
}

std::string PlanText(const std::string& text) {
  return NetworkPlanText(Parsed<v1::NetworkPlan>(text));
}

// A verdict of a share that fails at the first stage.
std::string Refused(const std::string& site, const std::string& vo = "v",
                    const std::string& region = "") {
  return absl::StrCat("verdicts { site_name: '", site, "' vo: '", vo, "' region: '", region,
                      "' blocking_reason { stage: PLACEMENT_STAGE_NETWORK code: "
                      "REASON_CODE_NETWORK_NONE } } ");
}

TEST(PlaceText, EveryPlanHasItsWords) {
  const std::string refs =
      "network { display_name: 'net' } external_network { upstream_id: 'pool-id' }";
  EXPECT_EQ(PlanText("kind: NETWORK_PLAN_KIND_DIRECT " + refs), "net (direct)");
  EXPECT_EQ(PlanText("kind: NETWORK_PLAN_KIND_FLOATING " + refs), "net -> pool-id");
  EXPECT_EQ(PlanText("kind: NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER " + refs),
            "net -> new router -> pool-id");
  EXPECT_EQ(PlanText("kind: NETWORK_PLAN_KIND_FLOATING_NEEDS_NETWORK " + refs),
            "new network -> pool-id");
  EXPECT_EQ(PlanText("kind: NETWORK_PLAN_KIND_PRIVATE " + refs), "net (private)");
  EXPECT_EQ(PlanText(""), "not known");
}

TEST(PlaceText, TheSummaryCountsShares) {
  EXPECT_EQ(SummarySentence(Found("site_count: 24 query { vos: 'v' } satisfying_share_count: 1 "
                                  "funnel { in_count: 3 } observe_time { seconds: 3600 }"),
                            absl::FromUnixSeconds(10800)),
            "1 of 3 shares of VO v can run this (24 sites known, data 2 h old).");
  EXPECT_EQ(SummarySentence(Found("site_count: 1 query { vos: 'v' } funnel { in_count: 1 }"),
                            absl::UnixEpoch()),
            "None of 1 share of VO v can run this (1 site known).");
  EXPECT_EQ(SummarySentence(Found("site_count: 2"), absl::UnixEpoch()),
            "No share can run this (2 sites known).");
}

TEST(PlaceText, TheSummaryMentionsThatNoArchitectureIsReported) {
  const std::string base =
      "site_count: 1 query { machine { arch: 'aarch64' } } satisfying_share_count: 1 "
      "funnel { in_count: 1 } ";
  EXPECT_THAT(SummarySentence(Found(base + "placements { unknowns: "
                                           "[PLACEMENT_UNKNOWN_FLAVOR_ARCH, "
                                           "PLACEMENT_UNKNOWN_IMAGE_ARCH] }"),
                              absl::UnixEpoch()),
              HasSubstr("may run this, but reports no architecture"));
  EXPECT_THAT(
      SummarySentence(Found(base + "placements { unknowns: PLACEMENT_UNKNOWN_FLAVOR_ARCH }"),
                      absl::UnixEpoch()),
      HasSubstr("can run this"));
}

TEST(PlaceText, EveryRefusedShareHasOneLine) {
  const PlaceAnswer answer = Answer(
      "query { machine { ram_mib { min: 8192 } } network { public_v4: "
      "ADDRESS_REQUIREMENT_REQUIRED } }",
      "verdicts { site_name: 'A' vo: 'v' satisfies: true } "
      "verdicts { site_name: 'LONG-B' vo: 'v' blocking_reason { stage: PLACEMENT_STAGE_FLAVOR "
      "  code: REASON_CODE_RAM_TOO_SMALL message: 'needs 8 GiB; m1 has 7.6 GiB' "
      "  required { amount { value: 1000 } } missing { value: 48 } } } "
      "verdicts { site_name: 'C' vo: 'v' blocking_reason { stage: PLACEMENT_STAGE_PAIR "
      "  message: 'bad\\nname' } } "
      "relaxations { query { machine { ram_mib { min: 7800 } } network { public_v4: "
      "ADDRESS_REQUIREMENT_REQUIRED } } added_share_count: 1 } "
      "relaxations { query { machine { ram_mib { min: 8192 } } } added_share_count: 2 }");
  EXPECT_THAT(ReasonLines(answer, 0),
              ElementsAre("no  LONG-B  flavor: needs 8 GiB; m1 has 7.6 GiB [near miss, 4.8 %]",
                          "no  C       image+flavor: bad\\nname",
                          "Try: --ram 7800M adds 1 share; without --public-ip adds 2 shares"));
}

TEST(PlaceText, LongLinesWrapWithAnIndent) {
  const PlaceAnswer answer = Answer(
      "query { count: 3 machine { vcpu_count { min: 8 } ram_mib { min: 32768 } "
      "gpu_count { min: 1 } gpu_model: 'A100' } image { os { distro: 'ubuntu' "
      "relation: VERSION_RELATION_AT_LEAST version: '22.04' } os { distro: 'debian' } } "
      "network { public_v6: ADDRESS_REQUIREMENT_REQUIRED } }",
      "verdicts { site_name: 'A' vo: 'v' blocking_reason { stage: PLACEMENT_STAGE_IMAGE "
      "  message: 'no image is ubuntu>=22.04, the newest is ubuntu 20.04 (Image for EGI Ubuntu "
      "20.04 [Ubuntu/20.04/VirtualBox])' } } "
      "relaxations { query { count: 1 machine { vcpu_count { min: 4 } ram_mib { min: 16384 } } } "
      "added_share_count: 4 }");
  EXPECT_THAT(
      ReasonLines(answer, 0),
      ElementsAre("no  A  image: no image is ubuntu>=22.04, the newest is ubuntu 20.04 "
                  "(Image for EGI Ubuntu 20.04",
                  "       [Ubuntu/20.04/VirtualBox])",
                  "Try: --vcpus 4, --ram 16384M, --count 1, without --gpus --gpu-model --os --ipv6 "
                  "adds 4 shares"));
}

TEST(PlaceText, ManyReasonsFitOneScreen) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&text, "verdicts { site_name: 'S", i,
                    "' blocking_reason { stage: PLACEMENT_STAGE_QUOTA message: 'm' code: ",
                    i % 4 == 0 ? "REASON_CODE_QUOTA_ZERO quota_resource: "
                                 "QUOTA_RESOURCE_FLOATING_IPS"
                               : "REASON_CODE_RAM_TOO_SMALL",
                    " } } ");
  }
  const std::vector<std::string> lines = ReasonLines(Answer("", text), 18);
  ASSERT_EQ(lines.size(), 18u);
  EXPECT_EQ(lines.back(),
            "and 23 more: 18 ram too small, 5 quota zero floating ips (--explain shows all)");
  EXPECT_EQ(ReasonLines(Answer("", text), 0).size(), 40u);
}

TEST(PlaceText, SharesOfSeveralVosShowTheirVo) {
  const auto lines =
      ReasonLines(Answer("query { vos: 'x' vos: 'y' }", Refused("A", "x") + Refused("A", "y")), 0);
  EXPECT_THAT(lines,
              ElementsAre("no  A x  network: network none", "no  A y  network: network none"));
}

TEST(PlaceText, SharesOfSeveralRegionsShowTheirRegion) {
  const PlaceAnswer answer =
      Answer("", Refused("A", "x", "r1") +
                     "verdicts { site_name: 'A' vo: 'x' region: 'r2' satisfies: true } " +
                     Refused("B", "x", "r1"));
  EXPECT_THAT(ReasonLines(answer, 0),
              ElementsAre("no  A r1  network: network none", "no  B     network: network none"));
  const RowKeys keys = RowKeysOf(answer);
  EXPECT_THAT(keys.sites_by_region, ElementsAre("A"));
  v1::Placement placement;
  placement.set_site_name("A");
  placement.set_region("r2");
  EXPECT_EQ(PlacementColumns(false, keys)[1].head, "REGION");
  EXPECT_EQ(PlacementCells(placement, false, keys)[1].text, "r2");
  placement.set_site_name("B");
  EXPECT_EQ(PlacementCells(placement, false, keys)[1].text, "");
  const std::string explained = ExplainText(answer, TableStyle(), absl::UnixEpoch());
  EXPECT_THAT(explained, HasSubstr("FITS  SITE  VO  REGION  AGE"));
  EXPECT_THAT(explained, HasSubstr("yes   A     x   r2"));
}

TEST(PlaceText, MisspellingsAreSuggested) {
  EXPECT_THAT(
      ReasonLines(Answer("",
                         "suggestions { field: 'vos' value: 'vo.acces' candidates: 'vo.access' }"
                         "suggestions { field: 'sites' value: 'x' }"),
                  0),
      ElementsAre("There is no \"vo.acces\"; did you mean vo.access?", "There is no \"x\"."));
}

TEST(PlaceText, ANameHasFourPartsWhateverIsKnown) {
  v1::Placement placement;
  placement.set_share("sites/a/shares/s");
  placement.mutable_machine()->mutable_flavor()->set_name("sites/a/flavors/f");
  placement.mutable_machine()->mutable_image()->set_name("sites/a/images/i");
  EXPECT_EQ(PlacementName(placement), "sites/a/shares/s\tsites/a/flavors/f\tsites/a/images/i\t-");
}

TEST(PlaceText, EveryHeadHasItsCell) {
  for (const bool wide : {false, true}) {
    for (const bool vos : {false, true}) {
      RowKeys keys;
      keys.vo = vos;
      keys.sites_by_region = {"A"};
      EXPECT_EQ(PlacementColumns(wide, keys).size(),
                PlacementCells(v1::Placement(), wide, keys).size());
    }
  }
}

TEST(PlaceText, TheQueryIsEchoedAsItCouldBeTyped) {
  EXPECT_EQ(QueryText(Parsed<v1::PlacementQuery>(
                "vos: 'v' machine { vcpu_count { min: 2 max: 4 } ram_mib { max: 8192 } "
                "gpu_kind: GPU_KIND_VGPU cpu_allocation: CPU_ALLOCATION_DEDICATED "
                "allow_boot_from_volume: true } image { os { distro: 'ubuntu' relation: "
                "VERSION_RELATION_AT_LEAST version: '22.04' } os { distro: 'debian' relation: "
                "VERSION_RELATION_EQUAL version: 'bookworm' } } "
                "network { public_v4: ADDRESS_REQUIREMENT_REQUIRED } count: 1 "
                "max_age { seconds: 60 }")),
            "--vo v --vcpus 2..4 --ram ..8192M --gpu-kind vgpu --cpu-alloc dedicated "
            "--os 'ubuntu>=22.04' --os debian:bookworm --public-ip --count 1 --max-age 60s");
}

TEST(PlaceText, ExplanationHasFunnelVerdictsAndQuery) {
  const std::string text = ExplainText(
      Answer("funnel { stage: PLACEMENT_STAGE_VO in_count: 2 out_count: 1 } query { vos: 'v' }",
             "verdicts { site_name: 'A' vo: 'v' satisfies: true unknowns: "
             "PLACEMENT_UNKNOWN_QUOTA } "
             "verdicts { site_name: 'B' vo: 'v' blocking_reason { stage: PLACEMENT_STAGE_FLAVOR "
             "  message: 'm1' } further_reasons { stage: PLACEMENT_STAGE_NETWORK message: 'm2' } "
             "  refused_pairs { reason { stage: PLACEMENT_STAGE_PAIR message: 'm3' } } "
             "  near_misses { reason { message: 'm4' } } }"),
      {}, absl::UnixEpoch());
  for (const char* part :
       {"SHARES BEFORE", "vo                 2             1", "yes   A", "not known     quota",
        "m1", "also: m2", "image+flavor  m3", "near miss     m4", "Understood as: --vo v"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(part));
  }
}

}  // namespace
}  // namespace cis::client
