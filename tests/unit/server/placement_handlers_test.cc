// FindPlacements as clients see it: what is refused, what is answered, and how pages continue.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "server/service/errors.h"
#include "tests/support/placement_reply.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis {
namespace {

using testing::HasSubstr;

RequestContext Context() { return {TestTime() + absl::Hours(1), FreshnessPolicy()}; }

v1::FindPlacementsRequest Request(const std::string& text = "") {
  v1::FindPlacementsRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  if (request.vos().empty()) request.add_vos("vo.example.org");
  return request;
}

absl::StatusOr<v1::FindPlacementsResponse> Call(const CatalogBuilder& builder,
                                                const v1::FindPlacementsRequest& request) {
  const auto snapshot = Snapshot::Build(builder.Build(7));
  v1::FindPlacementsResponse response;
  const absl::Status status = FindPlacements(Context(), *snapshot, request, response);
  if (!status.ok()) return status;
  return response;
}

CatalogBuilder ManySites(int count) {
  CatalogBuilder builder;
  for (int i = 0; i < count; ++i) {
    builder.Select(absl::StrCat("SITE-", i), "vo.example.org");
    builder.AddFlavor(MakeFlavor("small", 1, 2048, 20));
    builder.AddFlavor(MakeFlavor("large", 4, 8192, 80));
    builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
    AddRoutedNetworks(builder);
  }
  return builder;
}

TEST(FindPlacements, RefusesMalformedRequestsNamingTheField) {
  const struct {
    const char* request;
    const char* reason;
    const char* message;
  } cases[] = {
      {"machine { vcpu_count { min: -1 } }", "INVALID_RANGE", "machine.vcpu_count.min is -1"},
      {"machine { ram_mib { min: 8 max: 4 } }", "INVALID_RANGE", "machine.ram_mib is from 8 to 4"},
      {"count: -1", "INVALID_COUNT", "count is -1"},
      {"count: 10001", "INVALID_COUNT", "10000"},
      {"page_size: -3", "NEGATIVE_PAGE_SIZE", "-3"},
      {"order_by: 'price'", "INVALID_ORDER_BY", "vcpu_count"},
      {"image { os: 'ubuntu>=' }", "INVALID_OS_REQUIREMENT", "ubuntu>=22.04"},
      {"countries: 'Spain'", "INVALID_COUNTRY", "two letters"},
      {"max_age { seconds: -5 }", "INVALID_MAX_AGE", "-5s"},
      {"max_age {}", "INVALID_MAX_AGE", "max_age is 0; it must be above zero, for example 86400s"},
      {"page_token: 'abc'", "INVALID_PAGE_TOKEN", "page_token"},
      {"network { public_v4: 9 }", "INVALID_ADDRESS_WISH", "network.public_v4 is 9"},
  };
  for (const auto& c : cases) {
    v1::FindPlacementsRequest request;
    if (std::string(c.reason) == "INVALID_ADDRESS_WISH") {
      request = Request();
      request.mutable_network()->set_public_v4(static_cast<v1::AddressWish>(9));
    } else {
      request = Request(c.request);
    }
    const auto response = Call(PlainScene(), request);
    ASSERT_FALSE(response.ok()) << c.request;
    EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument) << c.request;
    EXPECT_EQ(ErrorReason(response.status()), c.reason) << c.request;
    EXPECT_THAT(std::string(response.status().message()), HasSubstr(c.message));
  }
}

TEST(FindPlacements, NeedsAVoAndBoundsTheRequest) {
  const auto none = Call(PlainScene(), v1::FindPlacementsRequest());
  EXPECT_EQ(ErrorReason(none.status()), "MISSING_VO");
  v1::FindPlacementsRequest many;
  for (int i = 0; i < 21; ++i) many.add_vos(absl::StrCat("vo-", i));
  EXPECT_EQ(ErrorReason(Call(PlainScene(), many).status()), "REQUEST_TOO_LARGE");
  v1::FindPlacementsRequest longest = Request();
  longest.mutable_image()->set_image(std::string(501, 'x'));
  EXPECT_EQ(ErrorReason(Call(PlainScene(), longest).status()), "REQUEST_TOO_LARGE");
}

TEST(FindPlacements, TellsAllThatIsNeededToStartTheMachine) {
  CatalogBuilder builder = PlainScene();
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  const auto response = Call(builder, Request("machine { vcpu_count { min: 2 } }"
                                              "image { os: 'ubuntu>=20.04' }"
                                              "network { public_v4: ADDRESS_WISH_REQUIRED }"));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->placements_size(), 1);
  const v1::Placement& p = response->placements(0);
  EXPECT_EQ(p.site_name(), "SITE-A");
  EXPECT_EQ(p.vo(), "vo.example.org");
  EXPECT_EQ(p.keystone_url(), "https://site-a.example.org:5000/v3");
  EXPECT_EQ(p.region(), "RegionOne");
  EXPECT_EQ(p.project_id(), "project-vo.example.org");
  EXPECT_EQ(p.protocol(), "openid");
  EXPECT_EQ(p.flavor().upstream_id(), "id-m1.medium");
  EXPECT_EQ(p.flavor().ram_mib(), 4096);
  EXPECT_EQ(p.image().upstream_id(), "id-Ubuntu 22.04");
  EXPECT_EQ(p.image().os_version(), "22.04");
  EXPECT_EQ(p.network().kind(), v1::NetworkPlan::FLOATING);
  EXPECT_EQ(p.network().network().upstream_id(), "id-private");
  EXPECT_EQ(p.network().external_network().upstream_id(), "id-public00");
  EXPECT_EQ(p.network().router().upstream_id(), "router-1");
  EXPECT_THAT(p.network().unattached_floating_ip_ids(), testing::ElementsAre("fip-1"));
  EXPECT_EQ(p.network().floating_ip_quota_free(), -1);
  EXPECT_EQ(p.network().public_v4(), v1::TRISTATE_YES);
  EXPECT_EQ(p.network().steps_size(), 3);
  EXPECT_EQ(p.login_user(), "ubuntu");
  EXPECT_EQ(p.data_state(), v1::DATA_STATE_FRESH);
  EXPECT_EQ(p.data_age().seconds(), 3600);
  EXPECT_EQ(p.score_parts_size(), 5);
  EXPECT_FALSE(p.has_boot_volume_gib());
  EXPECT_EQ(response->total_size(), 1);
  EXPECT_EQ(response->snapshot_generation(), 7);
  EXPECT_EQ(response->site_count(), 1);
  ASSERT_EQ(response->verdicts_size(), 1);
  EXPECT_TRUE(response->verdicts(0).fits());
  EXPECT_FALSE(response->verdicts(0).has_blocking());
}

TEST(FindPlacements, SaysWhyNotWithNumbersForPrograms) {
  const auto response = Call(PlainScene(), Request("machine { ram_mib { min: 8192 } }"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->placements_size(), 0);
  ASSERT_EQ(response->verdicts_size(), 1);
  const v1::Reason& reason = response->verdicts(0).blocking();
  EXPECT_EQ(reason.code(), "RAM_TOO_SMALL");
  EXPECT_EQ(reason.stage(), "flavor");
  EXPECT_EQ(reason.want(), "8192 MiB");
  EXPECT_EQ(reason.best(), "4096 MiB");
  EXPECT_EQ(reason.best_item(), "m1.medium");
  EXPECT_EQ(reason.gap(), "4096 MiB");
  EXPECT_DOUBLE_EQ(reason.gap_percent(), 50);
  ASSERT_EQ(response->funnel_size(), 9);
  EXPECT_EQ(response->funnel(4).stage(), "flavor");
  EXPECT_EQ(response->funnel(4).in_count(), 1);
  EXPECT_EQ(response->funnel(4).out_count(), 0);
  ASSERT_EQ(response->relaxations_size(), 1);
  const v1::Relaxation& relaxation = response->relaxations(0);
  ASSERT_EQ(relaxation.changed_fields().paths_size(), 1);
  EXPECT_EQ(relaxation.changed_fields().paths(0), "machine.ram_mib.min");
  EXPECT_EQ(relaxation.request().machine().ram_mib().min(), 4096);
  EXPECT_EQ(relaxation.added_share_count(), 1);
  // It can be sent as it is.
  EXPECT_EQ(Call(PlainScene(), relaxation.request())->placements_size(), 1);
}

TEST(FindPlacements, EchoesTheRequestAsItWasUnderstood) {
  const auto response =
      Call(PlainScene(), Request("machine { arch: 'AMD64' } image { os: ' Ubuntu == 22.04 ' }"
                                 "countries: 'es' page_size: 5000"));
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::FindPlacementsRequest& echo = response->interpreted_request();
  EXPECT_EQ(echo.machine().arch(), "x86_64");
  EXPECT_TRUE(echo.machine().allow_boot_from_volume());
  EXPECT_EQ(echo.image().os(0), "ubuntu:22.04");
  EXPECT_EQ(echo.countries(0), "ES");
  EXPECT_EQ(echo.count(), 1);
  EXPECT_EQ(echo.page_size(), 1000);
}

TEST(FindPlacements, PagesReturnEachPlacementOnceAcrossSnapshots) {
  v1::FindPlacementsRequest request = Request("page_size: 3 all_combinations: true");
  std::set<std::string> seen;
  int pages = 0;
  do {
    // Between pages a site is added at the end; what was there keeps its place.
    const auto response = Call(ManySites(pages == 0 ? 5 : 6), request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->verdicts_size(), pages == 0 ? 5 : 6);
    for (const v1::Placement& p : response->placements()) {
      EXPECT_TRUE(seen.insert(absl::StrCat(p.share(), " ", p.flavor().name())).second);
    }
    EXPECT_LE(response->placements_size(), 3);
    request.set_page_token(response->next_page_token());
    ++pages;
  } while (!request.page_token().empty() && pages < 20);
  EXPECT_GE(seen.size(), 10u);
  EXPECT_LT(pages, 20);
}

TEST(FindPlacements, RefusesTheTokenOfAnotherRequest) {
  v1::FindPlacementsRequest request = Request("page_size: 1");
  const auto first = Call(ManySites(3), request);
  ASSERT_TRUE(first.ok());
  ASSERT_FALSE(first->next_page_token().empty());
  v1::FindPlacementsRequest other = Request("page_size: 2 count: 2");
  other.set_page_token(first->next_page_token());
  EXPECT_EQ(ErrorReason(Call(ManySites(3), other).status()), "PAGE_TOKEN_MISMATCH");
  request.set_page_size(2);
  request.set_page_token(first->next_page_token());
  const auto second = Call(ManySites(3), request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->placements_size(), 2);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST(FindPlacements, ExplainListsRefusedPairs) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("m1.tiny", 1, 512, 1));
  for (const bool explain : {false, true}) {
    v1::FindPlacementsRequest request = Request();
    request.set_explain(explain);
    const auto response = Call(builder, request);
    ASSERT_TRUE(response.ok());
    const v1::ShareVerdict& verdict = response->verdicts(0);
    ASSERT_EQ(verdict.refused_pairs_size(), explain ? 1 : 0);
    if (!explain) continue;
    EXPECT_EQ(verdict.refused_pairs(0).flavor(), "m1.tiny");
    EXPECT_EQ(verdict.refused_pairs(0).image(), "Ubuntu 22.04");
    EXPECT_EQ(verdict.refused_pairs(0).reason().code(), "IMG_VIRTUAL_SIZE_GT_DISK");
  }
}

TEST(FindPlacements, EmptyAnswerForAnUnknownVoWithASuggestion) {
  v1::FindPlacementsRequest request;
  request.add_vos("vo.exampel.org");
  const auto response = Call(PlainScene(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->total_size(), 0);
  EXPECT_EQ(response->verdicts_size(), 0);
  ASSERT_EQ(response->suggestions_size(), 1);
  EXPECT_EQ(response->suggestions(0).candidates(0), "vo.example.org");
  EXPECT_THAT(response->notes(), testing::ElementsAre(HasSubstr("vo.exampel.org")));
}

}  // namespace
}  // namespace cis
