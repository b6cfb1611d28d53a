// SPDX-License-Identifier: Apache-2.0

// The methods of PlacementService as clients see them: what is refused, what is answered, and how
// pages continue.

#include "server/service/placement_handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/field_mask_util.h"
#include "server/service/errors.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using testing::HasSubstr;

RequestContext Context() { return {TestTime() + absl::Hours(1), FreshnessPolicy()}; }

v1::FindPlacementsRequest Request(const std::string& text = "") {
  v1::FindPlacementsRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  if (request.query().vos().empty()) request.mutable_query()->add_vos("vo.example.org");
  return request;
}

absl::StatusOr<v1::FindPlacementsResponse> Call(const CatalogBuilder& builder,
                                                const v1::FindPlacementsRequest& request) {
  const ServingState state = ServingState::Build(Snapshot::Build(builder.Build(7)));
  v1::FindPlacementsResponse response;
  const absl::Status status = FindPlacements(Context(), state, request, response);
  if (!status.ok()) return status;
  return response;
}

// As Call, of ExplainPlacements with the same query; page size, token and time are of `request`.
absl::StatusOr<v1::ExplainPlacementsResponse> Explain(const CatalogBuilder& builder,
                                                      const v1::FindPlacementsRequest& request,
                                                      bool with_candidates = false) {
  const ServingState state = ServingState::Build(Snapshot::Build(builder.Build(7)));
  v1::ExplainPlacementsRequest explain;
  *explain.mutable_query() = request.query();
  explain.set_page_size(request.page_size());
  explain.set_page_token(request.page_token());
  explain.set_with_candidates(with_candidates);
  v1::ExplainPlacementsResponse response;
  const absl::Status status = ExplainPlacements(Context(), state, explain, response);
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
      {"query { machine { vcpu_count { min: -1 } } }", "INVALID_RANGE",
       "machine.vcpu_count.min is -1"},
      {"query { machine { ram_mib { min: 8 max: 4 } } }", "INVALID_RANGE",
       "machine.ram_mib is from 8 to 4"},
      {"query { count: -1 }", "INVALID_COUNT", "count is -1"},
      {"query { count: 10001 }", "INVALID_COUNT", "10000"},
      {"page_size: -3", "NEGATIVE_PAGE_SIZE", "-3"},
      {"order_by: 'price'", "INVALID_ORDER_BY", "vcpu_count"},
      {"order_by: ' desc'", "INVALID_ORDER_BY", "vcpu_count"},
      {"query { image { os { distro: 'ubuntu' relation: VERSION_RELATION_AT_LEAST } } }",
       "INVALID_OS_REQUIREMENT", "ubuntu>=22.04"},
      {"query { countries: 'Spain' }", "INVALID_COUNTRY", "two letters"},
      {"query { max_age { seconds: -5 } }", "INVALID_MAX_AGE", "-5s"},
      {"query { max_age {} }", "INVALID_MAX_AGE",
       "max_age is 0; it must be above zero, for example 86400s"},
      {"page_token: 'abc'", "INVALID_PAGE_TOKEN", "page_token"},
      {"query { network { public_v4: 9 } }", "UNKNOWN_ENUM_VALUE", "network.public_v4 is 9"},
      {"query { machine { gpu_kind: 9 } }", "UNKNOWN_ENUM_VALUE", "machine.gpu_kind is 9"},
  };
  for (const auto& c : cases) {
    const v1::FindPlacementsRequest request = Request(c.request);
    const auto response = Call(PlainScene(), request);
    ASSERT_FALSE(response.ok()) << c.request;
    EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument) << c.request;
    EXPECT_EQ(ErrorReason(response.status()), c.reason) << c.request;
    EXPECT_THAT(std::string(response.status().message()), HasSubstr(c.message));
    if (!request.order_by().empty()) continue;  // ExplainPlacements has no order
    EXPECT_EQ(ErrorReason(Explain(PlainScene(), request).status()), c.reason) << c.request;
  }
}

TEST(FindPlacements, NeedsAVoAndBoundsTheRequest) {
  const auto none = Call(PlainScene(), v1::FindPlacementsRequest());
  EXPECT_EQ(ErrorReason(none.status()), "MISSING_VO");
  v1::FindPlacementsRequest many;
  for (int i = 0; i < 21; ++i) many.mutable_query()->add_vos(absl::StrCat("vo-", i));
  EXPECT_EQ(ErrorReason(Call(PlainScene(), many).status()), "REQUEST_TOO_LARGE");
  v1::FindPlacementsRequest longest = Request();
  longest.mutable_query()->mutable_image()->set_image(std::string(501, 'x'));
  EXPECT_EQ(ErrorReason(Call(PlainScene(), longest).status()), "REQUEST_TOO_LARGE");
}

TEST(FindPlacements, ReturnsAllThatIsNeededToStartTheMachine) {
  CatalogBuilder builder = PlainScene();
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  const auto response =
      Call(builder, Request("query { machine { vcpu_count { min: 2 } } image { os "
                            "{ distro: 'ubuntu' version: '20.04' "
                            "relation: VERSION_RELATION_AT_LEAST } } "
                            "network { public_v4: "
                            "ADDRESS_REQUIREMENT_REQUIRED } }"));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->placements_size(), 1);
  const v1::Placement& p = response->placements(0);
  EXPECT_EQ(p.site_name(), "SITE-A");
  EXPECT_EQ(p.vo(), "vo.example.org");
  EXPECT_EQ(p.keystone_url(), "https://site-a.example.org:5000/v3");
  EXPECT_EQ(p.region(), "RegionOne");
  EXPECT_EQ(p.project_id(), "project-vo.example.org");
  EXPECT_EQ(p.protocol(), "openid");
  const v1::PlacedMachine& machine = p.machine();
  EXPECT_EQ(machine.flavor().upstream_id(), "id-m1.medium");
  EXPECT_EQ(machine.flavor().ram_mib(), 4096);
  EXPECT_EQ(machine.image().upstream_id(), "id-Ubuntu 22.04");
  EXPECT_EQ(machine.image().os_version(), "22.04");
  const v1::NetworkPlan& plan = machine.network();
  EXPECT_EQ(plan.kind(), v1::NETWORK_PLAN_KIND_FLOATING);
  EXPECT_EQ(plan.network().upstream_id(), "id-private");
  EXPECT_EQ(plan.external_network().upstream_id(), "id-public00");
  EXPECT_EQ(plan.router().upstream_id(), "router-1");
  EXPECT_THAT(plan.unattached_floating_ip_ids(), testing::ElementsAre("fip-1"));
  EXPECT_TRUE(plan.floating_ips_left().unlimited());
  EXPECT_TRUE(plan.public_v4());
  EXPECT_EQ(plan.steps_size(), 3);
  EXPECT_EQ(machine.login_user(), "ubuntu");
  EXPECT_FALSE(machine.has_boot_volume_gib());
  EXPECT_EQ(p.tier(), v1::PLACEMENT_TIER_CERTAIN);
  EXPECT_EQ(p.data_state(), v1::DATA_STATE_FRESH);
  EXPECT_EQ(p.data_age().seconds(), 3600);
  ASSERT_EQ(p.score_parts_size(), 5);
  EXPECT_EQ(p.score_parts(4).criterion(), v1::SCORE_CRITERION_FRESHNESS);
  EXPECT_EQ(response->total_size(), 1);
  EXPECT_EQ(response->snapshot_generation(), 7);
  EXPECT_EQ(response->site_count(), 1);
  EXPECT_EQ(response->satisfying_share_count(), 1);
  EXPECT_EQ(response->observe_time().seconds(), p.observe_time().seconds());
}

TEST(FindPlacements, CountsTheSharesThatEachStageLeaves) {
  const auto response =
      Call(ManySites(3), Request("query { machine { ram_mib { min: 4096 } } sites: 'SITE-1' }"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->satisfying_share_count(), 1);
  ASSERT_EQ(response->funnel_size(), 9);
  EXPECT_EQ(response->funnel(0).in_count(), 3);
  EXPECT_EQ(response->funnel(1).stage(), v1::PLACEMENT_STAGE_SITE);
  EXPECT_EQ(response->funnel(1).out_count(), 1);
  EXPECT_EQ(response->funnel(8).stage(), v1::PLACEMENT_STAGE_QUOTA);
  EXPECT_EQ(response->funnel(8).out_count(), 1);
}

TEST(ExplainPlacements, ReturnsReasonsWithTypedAmounts) {
  const auto response =
      Explain(PlainScene(), Request("query { machine { ram_mib { min: 8192 } } }"));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->verdicts_size(), 1);
  EXPECT_EQ(response->total_size(), 1);
  EXPECT_FALSE(response->verdicts(0).satisfies());
  const v1::Reason& reason = response->verdicts(0).blocking_reason();
  EXPECT_EQ(reason.code(), v1::REASON_CODE_RAM_TOO_SMALL);
  EXPECT_EQ(reason.stage(), v1::PLACEMENT_STAGE_FLAVOR);
  EXPECT_EQ(reason.field(), "machine.ram_mib.min");
  EXPECT_EQ(reason.required().amount().value(), 8192);
  EXPECT_EQ(reason.required().amount().unit(), v1::UNIT_MIB);
  EXPECT_EQ(reason.best().value().amount().value(), 4096);
  EXPECT_EQ(reason.best().resource().display_name(), "m1.medium");
  EXPECT_EQ(reason.best().resource().upstream_id(), "id-m1.medium");
  EXPECT_THAT(reason.best().resource().name(), HasSubstr("/flavors/"));
  EXPECT_EQ(reason.missing().value(), 4096);
  EXPECT_EQ(reason.candidate_count(), 1);
  EXPECT_EQ(reason.checked_fields_size(), 0);
  ASSERT_EQ(response->funnel_size(), 9);
  EXPECT_EQ(response->funnel(4).stage(), v1::PLACEMENT_STAGE_FLAVOR);
  EXPECT_EQ(response->funnel(4).in_count(), 1);
  EXPECT_EQ(response->funnel(4).out_count(), 0);
  ASSERT_EQ(response->relaxations_size(), 1);
  const v1::Relaxation& relaxation = response->relaxations(0);
  ASSERT_EQ(relaxation.changed_fields().paths_size(), 1);
  EXPECT_EQ(relaxation.changed_fields().paths(0), "machine.ram_mib.min");
  EXPECT_EQ(relaxation.query().machine().ram_mib().min(), 4096);
  EXPECT_EQ(relaxation.added_share_count(), 1);
  // It can be sent as it is.
  v1::FindPlacementsRequest again;
  *again.mutable_query() = relaxation.query();
  EXPECT_EQ(Call(PlainScene(), again)->placements_size(), 1);
}

TEST(ExplainPlacements, NamesWhatTheCountedSatisfy) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("large", 16, 2048, 40));
  const auto response =
      Explain(builder,
              Request("query { machine { vcpu_count { min: 8 max: 32 } ram_mib { min: 8192 } } }"));
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Reason& reason = response->verdicts(0).blocking_reason();
  EXPECT_EQ(reason.code(), v1::REASON_CODE_RAM_TOO_SMALL);
  EXPECT_EQ(reason.candidate_count(), 1);
  EXPECT_THAT(reason.checked_fields(), testing::ElementsAre("machine.vcpu_count.min"));
}

TEST(ExplainPlacements, EachCodeHasItsValueInTheApi) {
  const google::protobuf::EnumDescriptor& type = *v1::ReasonCode_descriptor();
  std::set<std::string> known;
  for (int i = 0; i < kReasonCodeCount; ++i) {
    known.insert(absl::StrCat("REASON_CODE_", FormatReasonCode(static_cast<ReasonCode>(i))));
  }
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    EXPECT_EQ(known.erase(type.value(i)->name()), 1u) << type.value(i)->name();
  }
  EXPECT_THAT(known, testing::IsEmpty());
  for (int i = 0; i < kPlacementTierCount; ++i) {
    EXPECT_TRUE(v1::PlacementTier_IsValid(i + 1)) << i;
  }
  for (uint32_t i = 0; i < kUnknownCount; ++i) {
    EXPECT_EQ(v1::PlacementUnknown_Name(static_cast<v1::PlacementUnknown>(i + 1)),
              absl::StrCat("PLACEMENT_UNKNOWN_", FormatUnknown(static_cast<Unknown>(i))));
  }
  EXPECT_EQ(v1::PlacementUnknown_ARRAYSIZE, static_cast<int>(kUnknownCount) + 1);
  EXPECT_EQ(v1::PlacementStage_ARRAYSIZE, kStageCount + 1);
  EXPECT_EQ(v1::PlacementTier_ARRAYSIZE, kPlacementTierCount + 1);
}

TEST(ExplainPlacements, EachFieldOfAReasonIsOneOfTheQuery) {
  for (int i = 0; i < kReasonCodeCount; ++i) {
    const auto code = static_cast<ReasonCode>(i);
    if (FieldOf(code).empty()) continue;
    EXPECT_TRUE(google::protobuf::util::FieldMaskUtil::IsValidPath<v1::PlacementQuery>(
        std::string(FieldOf(code))))
        << FormatReasonCode(code) << " " << FieldOf(code);
  }
}

TEST(ExplainPlacements, PagesHaveEachVerdictOnceAndHelpOnTheFirst) {
  v1::FindPlacementsRequest request =
      Request("query { machine { ram_mib { min: 16384 } } } page_size: 2");
  std::vector<std::string> seen;
  int pages = 0;
  do {
    // Between pages a site is added at the end; what was there keeps its place.
    const auto page = Explain(ManySites(pages == 0 ? 5 : 6), request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->verdicts_size(), 2);
    EXPECT_EQ(page->relaxations_size() > 0, pages == 0);
    EXPECT_EQ(page->funnel_size() > 0, pages == 0);
    EXPECT_EQ(page->total_size(), pages == 0 ? 5 : 6);
    for (const v1::ShareVerdict& verdict : page->verdicts()) seen.push_back(verdict.site_name());
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty() && pages < 20);
  EXPECT_THAT(seen,
              testing::ElementsAre("SITE-0", "SITE-1", "SITE-2", "SITE-3", "SITE-4", "SITE-5"));
}

TEST(ExplainPlacements, WordsOfTheCallerAreNotRepeatedInVerdicts) {
  v1::FindPlacementsRequest request;
  for (int i = 0; i < 50; ++i) {
    request.mutable_query()->mutable_machine()->add_flavors(absl::StrCat(i, std::string(490, 'x')));
  }
  request.mutable_query()->add_vos("vo.example.org");
  const auto response = Explain(ManySites(20), request, true);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->verdicts_size(), 20);
  EXPECT_EQ(response->verdicts(0).blocking_reason().code(), v1::REASON_CODE_FLAVOR_NAME_MISMATCH);
  for (const v1::ShareVerdict& verdict : response->verdicts()) {
    EXPECT_LT(verdict.ByteSizeLong(), 2000u);
  }
}

TEST(FindPlacements, EchoesTheQueryAsItWasUnderstood) {
  const auto response = Call(
      PlainScene(), Request("query { machine { arch: 'AMD64' } image { os { distro: ' Ubuntu ' "
                            "relation: VERSION_RELATION_EQUAL version: '22.04' } } "
                            "countries: 'es' max_age { seconds: 90000 nanos: 5 } }"));
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::PlacementQuery& echo = response->query();
  EXPECT_EQ(echo.machine().arch(), "x86_64");
  EXPECT_TRUE(echo.machine().allow_boot_from_volume());
  EXPECT_EQ(echo.image().os(0).distro(), "ubuntu");
  EXPECT_EQ(echo.image().os(0).version(), "22.04");
  EXPECT_EQ(echo.countries(0), "ES");
  EXPECT_EQ(echo.count(), 1);
  EXPECT_EQ(echo.max_age().seconds(), 90000);
  EXPECT_EQ(echo.max_age().nanos(), 5);
}

TEST(FindPlacements, PagesReturnEachPlacementOnceAcrossSnapshots) {
  v1::FindPlacementsRequest request = Request("page_size: 3 all_combinations: true");
  std::set<std::string> seen;
  int pages = 0;
  do {
    // Between pages a site is added at the end; what was there keeps its place.
    const auto response = Call(ManySites(pages == 0 ? 5 : 6), request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->funnel(0).in_count(), pages == 0 ? 5 : 6);
    for (const v1::Placement& p : response->placements()) {
      EXPECT_TRUE(seen.insert(absl::StrCat(p.share(), " ", p.machine().flavor().name())).second);
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
  v1::FindPlacementsRequest other = Request("page_size: 2 query { count: 2 }");
  other.set_page_token(first->next_page_token());
  EXPECT_EQ(ErrorReason(Call(ManySites(3), other).status()), "PAGE_TOKEN_MISMATCH");
  request.set_page_size(2);
  request.set_page_token(first->next_page_token());
  const auto second = Call(ManySites(3), request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->placements_size(), 2);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST(ExplainPlacements, ListsWhatNearlyFitsIfAsked) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("m1.tiny", 1, 512, 1));
  builder.AddFlavor(MakeFlavor("m1.small", 1, 256, 40));
  const v1::FindPlacementsRequest request = Request("query { machine { ram_mib { min: 512 } } }");
  for (const bool with_candidates : {false, true}) {
    const auto response = Explain(builder, request, with_candidates);
    ASSERT_TRUE(response.ok());
    const v1::ShareVerdict& verdict = response->verdicts(0);
    ASSERT_EQ(verdict.refused_pairs_size(), with_candidates ? 1 : 0);
    ASSERT_EQ(verdict.near_misses_size(), with_candidates ? 1 : 0);
    if (!with_candidates) continue;
    EXPECT_EQ(verdict.refused_pairs(0).flavor().display_name(), "m1.tiny");
    EXPECT_EQ(verdict.refused_pairs(0).image().display_name(), "Ubuntu 22.04");
    EXPECT_EQ(verdict.refused_pairs(0).reason().code(), v1::REASON_CODE_IMAGE_VIRTUAL_SIZE_GT_DISK);
    const v1::NearMiss& miss = verdict.near_misses(0);
    EXPECT_EQ(miss.resource().display_name(), "m1.small");
    EXPECT_EQ(miss.reason().code(), v1::REASON_CODE_RAM_TOO_SMALL);
    EXPECT_EQ(miss.reason().message(),
              "m1.small has 256 MiB of RAM; requested: at least 512 MiB of RAM");
  }
}

TEST(FindPlacements, RequiresWhatAnotherFlavorHas) {
  CatalogBuilder builder = ManySites(2);
  const v1::FindPlacementsResponse all =
      *Call(builder, Request("query { machine { vcpu_count { min: 4 } } }"));
  v1::FindPlacementsRequest request = Request();
  request.mutable_query()->mutable_machine()->set_like(all.placements(0).machine().flavor().name());
  const auto response = Call(builder, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->placements_size(), 2);
  EXPECT_EQ(response->placements(0).machine().flavor().display_name(), "large");
  EXPECT_EQ(response->query().machine().vcpu_count().min(), 4);
  EXPECT_EQ(response->query().machine().like(), "");
  request.mutable_query()->mutable_machine()->set_like("sites/site-0/flavors/none");
  EXPECT_EQ(Call(builder, request).status().code(), absl::StatusCode::kNotFound);
  request.mutable_query()->mutable_machine()->set_like("m1.large");
  EXPECT_EQ(ErrorReason(Call(builder, request).status()), "INVALID_RESOURCE_NAME");
}

TEST(FindPlacements, LeavesOutExcludedPlacements) {
  const CatalogBuilder builder = ManySites(2);
  v1::FindPlacementsRequest request = Request();
  const v1::FindPlacementsResponse all = *Call(builder, request);
  v1::ExcludedPlacement& excluded = *request.mutable_query()->add_excluded_placements();
  excluded.set_share(all.placements(0).share());
  excluded.set_flavor(all.placements(0).machine().flavor().name());
  const auto response = Call(builder, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->placements_size(), 2);
  for (const v1::Placement& p : response->placements()) {
    if (p.share() != excluded.share()) continue;
    EXPECT_EQ(p.machine().flavor().display_name(), "large");
  }
  EXPECT_EQ(response->query().excluded_placements(0).flavor(), excluded.flavor());
  excluded.set_share("SITE-0");
  EXPECT_EQ(ErrorReason(Call(builder, request).status()), "INVALID_RESOURCE_NAME");
}

TEST(FindPlacements, EndsWhenTheCallIsCancelled) {
  const ServingState state = ServingState::Build(Snapshot::Build(ManySites(400).Build()));
  RequestContext context = Context();
  context.is_cancelled = [] { return true; };
  v1::FindPlacementsRequest request = Request();
  request.set_all_combinations(true);
  v1::FindPlacementsResponse response;
  const absl::Status status = FindPlacements(context, state, request, response);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

absl::StatusOr<v1::GetPlacementResponse> Get(const CatalogBuilder& builder,
                                             const std::string& name) {
  const ServingState state = ServingState::Build(Snapshot::Build(builder.Build(8)));
  v1::GetPlacementRequest request;
  request.set_name(name);
  v1::GetPlacementResponse response;
  const absl::Status status = GetPlacement(Context(), state, request, response);
  if (!status.ok()) return status;
  return response;
}

constexpr char kPublicQuery[] =
    "query { machine { vcpu_count { min: 2 } ram_mib { min: 2048 } } image { os { distro: 'ubuntu' "
    "version: '20.04' relation: VERSION_RELATION_AT_LEAST } } network { public_v4: "
    "ADDRESS_REQUIREMENT_REQUIRED } }";

TEST(GetPlacement, HoldsAfterACrawlAndOnAnotherServer) {
  const v1::Placement found = Call(PlainScene(), Request(kPublicQuery))->placements(0);
  ASSERT_FALSE(found.name().empty());
  EXPECT_LE(found.name().size(), 512u);
  // A better flavor and a newer image appear: the placement is the same.
  CatalogBuilder later = PlainScene();
  later.AddFlavor(MakeFlavor("a.better", 2, 2048, 40));
  later.AddImage(SureImage("Ubuntu 24.04", "ubuntu", "24.04"));
  const auto response = Get(later, found.name());
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_TRUE(response->has_placement());
  EXPECT_EQ(response->reasons_size(), 0);
  EXPECT_EQ(response->placement().name(), found.name());
  EXPECT_EQ(response->placement().machine().flavor().upstream_id(), "id-m1.medium");
  EXPECT_EQ(response->placement().machine().image().upstream_id(), "id-Ubuntu 22.04");
}

TEST(GetPlacement, ReportsWhatChanged) {
  const std::string name = Call(PlainScene(), Request(kPublicQuery))->placements(0).name();
  const auto code_after = [&name](const std::function<void(CatalogBuilder&)>& change) {
    CatalogBuilder builder = PlainScene();
    change(builder);
    const auto response = Get(builder, name);
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_FALSE(response->has_placement());
    return response->reasons_size() == 0 ? v1::REASON_CODE_UNSPECIFIED
                                         : response->reasons(0).code();
  };
  EXPECT_EQ(
      code_after([](CatalogBuilder& b) { b.AddFlavor(MakeFlavor("m1.medium", 1, 4096, 40)); }),
      v1::REASON_CODE_CPU_TOO_SMALL);
  EXPECT_EQ(code_after([](CatalogBuilder& b) { b.share().routers.clear(); }),
            v1::REASON_CODE_NETWORK_PLAN_CHANGED);
  EXPECT_EQ(code_after([](CatalogBuilder& b) {
              for (auto& quota : b.share().quotas) {
                if (quota.resource == "cores") quota = MakeQuota("cores", 1, 0);
              }
            }),
            v1::REASON_CODE_QUOTA_EXHAUSTED);
}

TEST(GetPlacement, ReportsThatTheImageWasDeleted) {
  const std::string name = Call(PlainScene(), Request(kPublicQuery))->placements(0).name();
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo.example.org");
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  AddRoutedNetworks(builder);
  AddQuotas(builder);
  EXPECT_EQ(Get(builder, name)->reasons(0).code(), v1::REASON_CODE_NO_IMAGE_VISIBLE);
  builder.AddImage(SureImage("Ubuntu 24.04", "ubuntu", "24.04"));
  const auto response = Get(builder, name);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->has_placement());
  EXPECT_EQ(response->reasons(0).code(), v1::REASON_CODE_IMAGE_NOT_FOUND);
}

constexpr char kGroupsQuery[] =
    "query { groups { display_name: 'head' network { public_v4: ADDRESS_REQUIREMENT_REQUIRED } } "
    "groups { display_name: 'workers' count: 3 machine { vcpu_count { min: 2 } } } }";

TEST(GetPlacement, ChecksAllGroupsTogether) {
  const v1::Placement found = Call(PlainScene(), Request(kGroupsQuery))->placements(0);
  ASSERT_EQ(found.groups_size(), 2);
  EXPECT_FALSE(found.has_machine());
  ASSERT_FALSE(found.name().empty());
  EXPECT_LE(found.name().size(), 512u);
  // A better flavor appears: the placement is the same.
  CatalogBuilder later = PlainScene();
  later.AddFlavor(MakeFlavor("a.better", 2, 2048, 40));
  const auto same = Get(later, found.name());
  ASSERT_TRUE(same.ok()) << same.status();
  ASSERT_TRUE(same->has_placement());
  ASSERT_EQ(same->placement().groups_size(), 2);
  EXPECT_EQ(same->placement().groups(1).display_name(), "workers");
  EXPECT_EQ(same->placement().groups(1).count(), 3);
  EXPECT_EQ(same->placement().groups(1).machine().flavor().display_name(), "m1.medium");
  // Each group alone has enough of 7 cores, all together need 8.
  CatalogBuilder fewer = PlainScene();
  for (auto& quota : fewer.share().quotas) {
    if (quota.resource == "cores") quota = MakeQuota("cores", 7, 0);
  }
  const auto refused = Get(fewer, found.name());
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_FALSE(refused->has_placement());
  ASSERT_EQ(refused->reasons_size(), 1);
  EXPECT_EQ(refused->reasons(0).code(), v1::REASON_CODE_QUOTA_EXHAUSTED);
  EXPECT_EQ(refused->reasons(0).group(), "");
  EXPECT_THAT(refused->reasons(0).message(), HasSubstr("3 of group workers"));
  // Another plan would do.
  CatalogBuilder led = PlainScene();
  led.share().routers.clear();
  EXPECT_EQ(Get(led, found.name())->reasons(0).code(), v1::REASON_CODE_NETWORK_PLAN_CHANGED);
}

TEST(GetPlacement, OfAnAlternativeIsAboutItsMachine) {
  const v1::Placement found =
      Call(PlainScene(),
           Request("query { alternatives { display_name: 'large' machine { vcpu_count "
                   "{ min: 64 } } } alternatives { display_name: 'small' count: 2 "
                   "machine { vcpu_count { min: 2 } } } }"))
          ->placements(0);
  EXPECT_EQ(found.alternative(), "small");
  EXPECT_TRUE(Get(PlainScene(), found.name())->has_placement());
  CatalogBuilder fewer = PlainScene();
  for (auto& quota : fewer.share().quotas) {
    if (quota.resource == "cores") quota = MakeQuota("cores", 3, 0);
  }
  EXPECT_EQ(Get(fewer, found.name())->reasons(0).code(), v1::REASON_CODE_QUOTA_EXHAUSTED);
}

TEST(GetPlacement, OfTooManyGroupsHasNoName) {
  v1::FindPlacementsRequest request = Request();
  for (int i = 0; i < 10; ++i) {
    v1::MachineGroup& group = *request.mutable_query()->add_groups();
    group.set_display_name(absl::StrCat("a group with a rather long name ", i));
    group.mutable_machine()->set_arch("x86_64");
  }
  const auto found = Call(PlainScene(), request);
  ASSERT_EQ(found->placements_size(), 1);
  EXPECT_EQ(found->placements(0).name(), "");
}

TEST(FindPlacements, EchoesGroupsSoThatTheyCanBeSentAgain) {
  v1::FindPlacementsRequest request = Request(
      "query { network { public_v4: ADDRESS_REQUIREMENT_REQUIRED } groups { display_name: 'head' } "
      "groups { count: 2 network { } } }");
  const auto found = Call(PlainScene(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  const v1::PlacementQuery& echo = found->query();
  ASSERT_EQ(echo.groups_size(), 2);
  EXPECT_FALSE(echo.has_machine());
  EXPECT_EQ(echo.count(), 0);
  EXPECT_EQ(echo.groups(0).count(), 1);
  EXPECT_EQ(echo.groups(0).network().public_v4(), v1::ADDRESS_REQUIREMENT_REQUIRED);
  EXPECT_EQ(echo.groups(1).display_name(), "2");
  EXPECT_TRUE(echo.groups(1).has_network());
  EXPECT_EQ(echo.groups(1).network().public_v4(), v1::ADDRESS_REQUIREMENT_UNSPECIFIED);
  *request.mutable_query() = echo;
  const auto again = Call(PlainScene(), request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->query().SerializeAsString(), echo.SerializeAsString());
}

// Each group is possible alone, and no flavors go together: all have 102 vCPUs and 4 GiB of RAM in
// sum, and the quotas have 1010 for ten of them.
TEST(FindPlacements, GroupsThatTakeTooMuchWorkAreRefused) {
  CatalogBuilder builder = PlainScene();
  for (int i = 1; i <= 60; ++i) {
    builder.AddFlavor(MakeFlavor(absl::StrCat("f", i), 2 + i, 4096 * (100 - i), 40));
  }
  for (auto& quota : builder.share().quotas) {
    if (quota.resource == "cores") quota = MakeQuota("cores", 10 * 30, 0);
    if (quota.resource == "ram_mib") quota = MakeQuota("ram_mib", 10 * 4096 * 71, 0);
  }
  v1::FindPlacementsRequest request = Request();
  for (int i = 0; i < 10; ++i) {
    request.mutable_query()->add_groups()->mutable_machine()->mutable_ram_mib()->set_min(4097);
  }
  EXPECT_EQ(ErrorReason(Call(builder, request).status()), "QUERY_TOO_BROAD");
}

TEST(GetPlacement, RefusesOtherNames) {
  for (const char* name :
       {"", "placements/", "placements/abc", "sites/a/shares/b", "placements/!"}) {
    EXPECT_EQ(ErrorReason(Get(PlainScene(), name).status()), "INVALID_PLACEMENT_NAME") << name;
  }
  const std::string name = Call(PlainScene(), Request())->placements(0).name();
  CatalogBuilder other;
  other.Select("SITE-B", "vo.example.org");
  EXPECT_EQ(Get(other, name).status().code(), absl::StatusCode::kNotFound);
}

TEST(GetPlacement, LongIdsAreFoundByTheirHash) {
  CatalogBuilder builder = PlainScene();
  Flavor flavor = MakeFlavor("long", 32, 4096, 40);
  flavor.id = std::string(200, 'x');
  builder.AddFlavor(flavor);
  const auto found =
      Call(builder, Request("query { machine { vcpu_count { min: 32 } gpu_count { max: 0 } } }"));
  ASSERT_EQ(found->placements_size(), 1);
  const std::string& name = found->placements(0).name();
  EXPECT_LE(name.size(), 512u);
  EXPECT_TRUE(Get(builder, name)->has_placement());
  const auto gone = Get(PlainScene(), name);
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_FALSE(gone->has_placement());
}

TEST(FindPlacements, EmptyAnswerForAnUnknownVoWithASuggestion) {
  v1::FindPlacementsRequest request;
  request.mutable_query()->add_vos("vo.exampel.org");
  const auto response = Call(PlainScene(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->total_size(), 0);
  ASSERT_EQ(response->warnings_size(), 1);
  EXPECT_EQ(response->warnings(0).code(), "VO_NOT_FOUND");
  EXPECT_THAT(response->warnings(0).message(), HasSubstr("vo.exampel.org"));
  const auto explained = Explain(PlainScene(), request);
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_EQ(explained->verdicts_size(), 0);
  ASSERT_EQ(explained->suggestions_size(), 1);
  EXPECT_EQ(explained->suggestions(0).candidates(0), "vo.example.org");
}

}  // namespace
}  // namespace cis::server
