// SPDX-License-Identifier: Apache-2.0

// What the registry reports about sites, in answers: fields of sites, problems, offers.

#include "server/service/registry_handlers.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/model/resource_name.h"
#include "server/service/inventory_handlers.h"
#include "tests/unit/server/service_fixture.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RegistryService MakeService(absl::string_view site, absl::string_view type, absl::string_view host,
                            bool in_production = true) {
  RegistryService service;
  service.site_name = std::string(site);
  service.service_type = std::string(type);
  service.hostname = std::string(host);
  service.primary_key = service.hostname;
  service.country_code = "PL";
  service.in_production = in_production;
  return service;
}

Downtime MakeDowntime(absl::string_view site, absl::string_view type, absl::Duration begins_in) {
  Downtime downtime;
  downtime.site_name = std::string(site);
  downtime.id = absl::StrCat(type, absl::ToInt64Hours(begins_in));
  downtime.service_type = std::string(type);
  downtime.is_outage = true;
  downtime.start = TestContext().now + begins_in;
  downtime.end = downtime.start + absl::Hours(2);
  return downtime;
}

Registry TestRegistry() {
  Registry registry;
  for (const RegistryPart part : kAllRegistryParts) {
    RegistryState state;
    state.part = part;
    state.success_time = TestTime() + absl::Minutes(static_cast<int>(part));
    registry.states.push_back(state);
  }
  RegistrySite& site = registry.sites.emplace_back();
  site.name = "cesga-cloud";
  site.certification = "Suspended";
  site.infrastructure = "Production";
  site.roc = "NGI_IBERGRID";
  RegistrySite& gone = registry.sites.emplace_back();
  gone.name = "INFN-PADOVA";
  gone.active = false;
  registry.services = {MakeService("cesga-cloud", kCloudServiceType, "nova"),
                       MakeService("cesga-cloud", "ARC-CE", "ce2", false),
                       MakeService("cesga-cloud", "ARC-CE", "ce1"),
                       MakeService("HTC", "htcondor", "ce")};
  registry.downtimes = {MakeDowntime("CESGA-CLOUD", kCloudServiceType, -absl::Hours(1)),
                        MakeDowntime("CESGA-CLOUD", "ARC-CE", absl::Hours(1)),
                        MakeDowntime("CESGA-CLOUD", "ARC-CE", -absl::Hours(5))};
  registry.problems = {{"CESGA-CLOUD", "VO_REFUSED", "ops", "VO ops is refused", TestTime()},
                       {"HTC", "SITE_NOT_IN_FILES", "", "no file names it", TestTime()}};
  return registry;
}

std::shared_ptr<const Snapshot> RegistrySnapshot() {
  return Snapshot::Build(TestCatalog().SetRegistry(TestRegistry()).Build(7));
}

v1::ListSitesResponse Sites(const Snapshot& snapshot, const std::string& filter = "") {
  v1::ListSitesRequest request;
  request.set_filter(filter);
  v1::ListSitesResponse response;
  const absl::Status status = ListSites(TestContext(), snapshot, request, response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

TEST(RegistryOfSites, HasFieldsAndDowntimesThatAreNotOver) {
  const v1::ListSitesResponse response = Sites(*RegistrySnapshot());
  ASSERT_EQ(response.sites_size(), 2);
  const v1::Site& site = response.sites(0);
  EXPECT_TRUE(site.in_registry());
  EXPECT_EQ(site.certification(), v1::CERTIFICATION_SUSPENDED);
  EXPECT_EQ(site.infrastructure(), "Production");
  EXPECT_EQ(site.roc(), "NGI_IBERGRID");
  EXPECT_THAT(site.service_types(), ElementsAre("ARC-CE", kCloudServiceType));
  EXPECT_EQ(site.registry_observe_time().seconds(), absl::ToUnixSeconds(TestTime()));
  ASSERT_EQ(site.downtimes_size(), 2);
  EXPECT_TRUE(site.downtimes(0).is_running());
  EXPECT_EQ(site.downtimes(0).endpoints_size(), 1);
  EXPECT_FALSE(site.downtimes(1).is_running());
  EXPECT_THAT(site.downtimes(1).endpoints(), IsEmpty());
  EXPECT_THAT(site.problems(), ElementsAre("VO ops is refused"));
  EXPECT_TRUE(response.sites(1).has_in_registry());
  EXPECT_FALSE(response.sites(1).in_registry());
}

TEST(RegistryOfSites, ClaimsNothingWhereTheRegistryWasNeverRead) {
  const v1::ListSitesResponse response = Sites(*TestSnapshot());
  EXPECT_FALSE(response.sites(0).has_in_registry());
  EXPECT_FALSE(response.sites(0).has_registry_observe_time());
}

TEST(RegistryOfSites, CanBeFiltered) {
  const auto snapshot = RegistrySnapshot();
  EXPECT_EQ(Sites(*snapshot, "in_downtime = true").sites_size(), 1);
  EXPECT_EQ(Sites(*snapshot, "certification = \"suspended\"").sites_size(), 1);
  EXPECT_EQ(Sites(*snapshot, "infrastructure = \"Test\"").sites_size(), 0);
}

TEST(ListSiteProblems, ListsProblemsOfTheRegistryAndOfCrawls) {
  CatalogBuilder builder = TestCatalog();
  KindState failed = MakeKindState(Kind::kImages);
  failed.error = ErrorClass::kTimeout;
  failed.failing_since = TestTime();
  builder.Select("INFN-PADOVA", "vo.access.egi.eu").SetKind(failed).SetRegistry(TestRegistry());
  const auto snapshot = Snapshot::Build(builder.Build());
  v1::ListSiteProblemsRequest request;
  request.set_parent("sites/-");
  request.set_page_size(2);
  v1::ListSiteProblemsResponse response;
  ASSERT_TRUE(ListSiteProblems(TestContext(), *snapshot, request, response).ok());
  EXPECT_EQ(response.total_size(), 3);
  std::vector<v1::SiteProblemCode> codes;
  for (const v1::SiteProblem& problem : response.problems()) codes.push_back(problem.code());
  request.set_page_token(response.next_page_token());
  v1::ListSiteProblemsResponse rest;
  ASSERT_TRUE(ListSiteProblems(TestContext(), *snapshot, request, rest).ok());
  for (const v1::SiteProblem& problem : rest.problems()) codes.push_back(problem.code());
  EXPECT_THAT(codes,
              ElementsAre(v1::SITE_PROBLEM_CODE_VO_REFUSED, v1::SITE_PROBLEM_CODE_SITE_NOT_IN_FILES,
                          v1::SITE_PROBLEM_CODE_SHARE_FAILING));
  EXPECT_EQ(response.problems(0).site_name(), "CESGA-CLOUD");
  EXPECT_THAT(response.problems(0).name(), HasSubstr("/problems/"));
  EXPECT_EQ(rest.problems(0).since_time().seconds(), absl::ToUnixSeconds(TestTime()));
  EXPECT_THAT(rest.problems(0).message(), HasSubstr("images not refreshed"));

  request.clear_page_token();
  request.set_filter("colour = 3");
  EXPECT_EQ(ListSiteProblems(TestContext(), *snapshot, request, response).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ListOffers, HasOneRowPerSiteAndType) {
  v1::ListOffersRequest request;
  request.set_parent("sites/-");
  request.set_order_by("site_name, service_type");
  v1::ListOffersResponse response;
  ASSERT_TRUE(ListOffers(TestContext(), *RegistrySnapshot(), request, response).ok());
  ASSERT_EQ(response.offers_size(), 3);
  const v1::Offer& arc = response.offers(0);
  EXPECT_EQ(arc.service_type(), "ARC-CE");
  EXPECT_EQ(arc.service_count(), 2);
  EXPECT_EQ(arc.production_count(), 1);
  EXPECT_THAT(arc.hostnames(), ElementsAre("ce1", "ce2"));
  EXPECT_EQ(arc.country_code(), "PL") << "that of its services";
  EXPECT_FALSE(arc.in_downtime()) << "not yet";
  EXPECT_TRUE(response.offers(1).in_downtime());
  EXPECT_EQ(response.offers(1).certification(), v1::CERTIFICATION_SUSPENDED);
  EXPECT_EQ(response.offers(2).site_name(), "HTC");
}

// Offers and problems have sites that CIS knows, and such that only the registry does.
TEST(ListOffers, ListsOffersOfOneSite) {
  const auto snapshot = RegistrySnapshot();
  const auto list = [&](const std::string& parent, v1::ListOffersResponse* response) {
    v1::ListOffersRequest request;
    request.set_parent(parent);
    return ListOffers(TestContext(), *snapshot, request, *response);
  };
  v1::ListOffersResponse response;
  ASSERT_TRUE(list(FormatSiteName("HTC"), &response).ok());
  EXPECT_EQ(response.total_size(), 1);
  response.Clear();
  ASSERT_TRUE(list(FormatSiteName("INFN-PADOVA"), &response).ok());
  EXPECT_EQ(response.total_size(), 0) << "a site without services";
  EXPECT_EQ(list(FormatSiteName("NOWHERE"), &response).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(list("", &response).code(), absl::StatusCode::kInvalidArgument);
}

TEST(GetOffer, FindsTheNameThatTheListReturns) {
  const auto snapshot = RegistrySnapshot();
  v1::GetOfferRequest request;
  request.set_name(FormatOfferName("HTC", "htcondor"));
  request.mutable_read_mask()->add_paths("service_type");
  v1::Offer offer;
  ASSERT_TRUE(GetOffer(TestContext(), *snapshot, request, offer).ok());
  EXPECT_EQ(offer.service_type(), "htcondor");
  EXPECT_EQ(offer.site_name(), "") << "not asked for";
  request.set_name(FormatOfferName("HTC", "htcondor-ce"));
  EXPECT_EQ(GetOffer(TestContext(), *snapshot, request, offer).code(), absl::StatusCode::kNotFound);
  request.set_name("offers/x");
  EXPECT_EQ(GetOffer(TestContext(), *snapshot, request, offer).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(GetSiteProblem, FindsAProblemAsLongAsItLasts) {
  const SiteProblem refused = TestRegistry().problems.front();
  v1::GetSiteProblemRequest request;
  request.set_name(FormatSiteProblemName(refused));
  v1::SiteProblem problem;
  ASSERT_TRUE(GetSiteProblem(TestContext(), *RegistrySnapshot(), request, problem).ok());
  EXPECT_EQ(problem.code(), v1::SITE_PROBLEM_CODE_VO_REFUSED);
  EXPECT_EQ(GetSiteProblem(TestContext(), *TestSnapshot(), request, problem).code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace cis::server
