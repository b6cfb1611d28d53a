// SPDX-License-Identifier: Apache-2.0

// The registry of sites in the store: lists replaced whole, failures that keep them, problems that
// keep their age.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RegistrySite MakeRegistrySite(absl::string_view name, absl::string_view key,
                              absl::string_view country = "ES") {
  RegistrySite site;
  site.name = std::string(name);
  site.primary_key = std::string(key);
  site.country_code = std::string(country);
  site.roc = "NGI_IBERGRID";
  site.infrastructure = "Production";
  site.certification = "Certified";
  return site;
}

RegistryService MakeService(absl::string_view site, absl::string_view type) {
  RegistryService service;
  service.site_name = std::string(site);
  service.service_type = std::string(type);
  service.hostname = "host.example.org";
  service.primary_key = "7G0";
  service.urls = {"https://host.example.org:5000/v3", "https://other.example.org/"};
  service.keystone_urls = {"https://host.example.org:5000"};
  service.country_code = "ES";
  service.in_production = true;
  return service;
}

Downtime MakeDowntime(absl::string_view site) {
  Downtime downtime;
  downtime.site_name = std::string(site);
  downtime.id = "99G0";
  downtime.service_type = "org.openstack.nova";
  downtime.hostname = "host.example.org";
  downtime.keystone_urls = {"https://host.example.org:5000"};
  downtime.is_outage = true;
  downtime.is_scheduled = true;
  downtime.description = "power cut";
  downtime.start = TestTime();
  downtime.end = TestTime() + absl::Hours(4);
  return downtime;
}

SiteProblem MakeProblem(absl::string_view code, absl::string_view message = "is wrong") {
  return {"SITE-A", std::string(code), "vo.example.org", std::string(message),
          absl::InfinitePast()};
}

class StoreRegistryTest : public StoreTest {
 protected:
  void PutSites(std::vector<RegistrySite> sites, absl::Time time = TestTime()) {
    RegistryUpdate update;
    update.part = RegistryPart::kSites;
    update.time = time;
    update.sites = std::move(sites);
    const absl::Status status = writer().ReplaceRegistry(update);
    ASSERT_TRUE(status.ok()) << status;
  }
};

TEST_F(StoreRegistryTest, EveryMemberComesBack) {
  const RegistrySite site = MakeRegistrySite("SITE-A", "12G0");
  PutSites({site});
  RegistryUpdate services;
  services.part = RegistryPart::kServices;
  services.time = TestTime() + absl::Seconds(1);
  services.services = {MakeService("SITE-A", "org.openstack.nova"),
                       MakeService("SITE-A", "ARC-CE")};
  services.skipped_count = 3;
  ASSERT_TRUE(writer().ReplaceRegistry(services).ok());
  RegistryUpdate downtimes;
  downtimes.part = RegistryPart::kDowntimes;
  downtimes.time = TestTime() + absl::Seconds(2);
  downtimes.downtimes = {MakeDowntime("SITE-A")};
  ASSERT_TRUE(writer().ReplaceRegistry(downtimes).ok());

  const Catalog catalog = Load();
  const Registry& registry = *catalog.registry;
  ASSERT_EQ(registry.sites.size(), 1u);
  RegistrySite expected = site;
  expected.first_seen = expected.last_seen = TestTime();
  EXPECT_EQ(registry.sites[0], expected);
  EXPECT_THAT(registry.services, ElementsAre(services.services[1], services.services[0]));
  EXPECT_THAT(registry.downtimes, ElementsAre(downtimes.downtimes[0]));
  ASSERT_EQ(registry.states.size(), 3u);
  EXPECT_EQ(registry.states[1].part, RegistryPart::kServices);
  EXPECT_EQ(registry.states[1].success_time, services.time);
  EXPECT_EQ(registry.states[1].skipped_count, 3);
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
}

TEST_F(StoreRegistryTest, FailureKeepsTheLastGoodListWithItsAge) {
  PutSites({MakeRegistrySite("SITE-A", "12G0")});
  const absl::Time later = TestTime() + absl::Hours(1);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(writer()
                    .RecordRegistryFailure(RegistryPart::kSites, ErrorClass::kTimeout,
                                           "no answer within 30s", later + absl::Hours(i))
                    .ok());
  }
  Catalog catalog = Load();
  EXPECT_EQ(catalog.registry->sites.size(), 1u);
  const RegistryState* state = catalog.registry->FindState(RegistryPart::kSites);
  ASSERT_NE(state, nullptr);
  EXPECT_EQ(state->success_time, TestTime());
  EXPECT_EQ(state->attempt_time, later + absl::Hours(1));
  EXPECT_EQ(state->failing_since, later);
  EXPECT_EQ(state->failure_count, 2);
  EXPECT_EQ(state->error, ErrorClass::kTimeout);
  EXPECT_EQ(state->error_message, "no answer within 30s");
  EXPECT_FALSE(catalog.registry->Knows(RegistryPart::kDowntimes));

  PutSites({}, later + absl::Hours(2));
  catalog = Load();
  EXPECT_EQ(catalog.registry->FindState(RegistryPart::kSites)->failure_count, 0);
  EXPECT_EQ(catalog.registry->FindState(RegistryPart::kSites)->error, ErrorClass::kNone);
}

TEST_F(StoreRegistryTest, SitesThatVanishStayInactiveAndRenamedOnesRememberTheirName) {
  PutSites({MakeRegistrySite("CESGA", "12G0"), MakeRegistrySite("GONE", "13G0")});
  const absl::Time later = TestTime() + absl::Hours(1);
  PutSites({MakeRegistrySite("CESGA-CLOUD", "12G0")}, later);
  // Said again in the next crawl.
  PutSites({MakeRegistrySite("CESGA-CLOUD", "12G0")}, later + absl::Hours(1));
  const Catalog catalog = Load();
  const Registry& registry = *catalog.registry;
  ASSERT_EQ(registry.sites.size(), 3u);
  const RegistrySite* renamed = registry.FindSite("cesga-cloud");
  ASSERT_NE(renamed, nullptr);
  EXPECT_TRUE(renamed->active);
  EXPECT_EQ(renamed->former_name, "CESGA");
  EXPECT_EQ(renamed->first_seen, later);
  EXPECT_EQ(renamed->last_seen, later + absl::Hours(1));
  EXPECT_FALSE(registry.FindSite("CESGA")->active);
  EXPECT_FALSE(registry.FindSite("GONE")->active);
  EXPECT_EQ(registry.FindSite("GONE")->last_seen, TestTime());
}

TEST_F(StoreRegistryTest, CountryIsTheRegistrysWhereNoFileHasIt) {
  Site said;
  said.name = "SITE-A";
  said.country_code = "PT";
  Site silent;
  silent.name = "SITE-B";
  ASSERT_TRUE(writer()
                  .ReplaceConfiguration({said, silent},
                                        {MakeShare("SITE-A", "vo"), MakeShare("SITE-B", "vo")})
                  .ok());
  const Catalog before = Load();
  EXPECT_EQ(before.sites[1]->site.country_code, "");
  PutSites({MakeRegistrySite("SITE-A", "1G0", "ES"), MakeRegistrySite("site-b", "2G0", "SK")});
  const Catalog after = Load(&before);
  EXPECT_EQ(after.sites[0]->site.country_code, "PT");
  EXPECT_EQ(after.sites[0], before.sites[0]) << "a site that did not change is read once";
  EXPECT_EQ(after.sites[1]->site.country_code, "SK");
  // Corrected in the registry.
  PutSites({MakeRegistrySite("SITE-A", "1G0", "ES"), MakeRegistrySite("site-b", "2G0", "")});
  RegistryUpdate services;
  services.part = RegistryPart::kServices;
  services.time = TestTime();
  services.services = {MakeService("SITE-B", "ARC-CE")};
  ASSERT_TRUE(writer().ReplaceRegistry(services).ok());
  EXPECT_EQ(Load(&after).sites[1]->site.country_code, "ES") << "that of its services";
}

TEST_F(StoreRegistryTest, ProblemsKeepSinceWhen) {
  ASSERT_TRUE(
      writer()
          .ReplaceSiteProblems({MakeProblem("VO_REFUSED"), MakeProblem("URL_DIFFERS")}, TestTime())
          .ok());
  const int64_t generation = Load().generation;
  const absl::Time later = TestTime() + absl::Hours(1);
  ASSERT_TRUE(
      writer()
          .ReplaceSiteProblems({MakeProblem("URL_DIFFERS"), MakeProblem("VO_REFUSED")}, later)
          .ok());
  EXPECT_EQ(Load().generation, generation) << "nothing changed";
  ASSERT_TRUE(
      writer()
          .ReplaceSiteProblems(
              {MakeProblem("VO_REFUSED", "is still wrong"), MakeProblem("SITE_RENAMED")}, later)
          .ok());
  const Catalog catalog = Load();
  const absl::Span<const SiteProblem> problems = catalog.registry->ProblemsOf("site-a");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].code, "SITE_RENAMED");
  EXPECT_EQ(problems[0].since, later);
  EXPECT_EQ(problems[1].message, "is still wrong");
  EXPECT_EQ(problems[1].since, TestTime());
}

TEST_F(StoreRegistryTest, UnchangedRegistryIsTakenOver) {
  PutSites({MakeRegistrySite("SITE-A", "12G0")});
  const Catalog first = Load();
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  const Catalog second = Load(&first);
  EXPECT_EQ(second.registry, first.registry);
  PutSites({MakeRegistrySite("SITE-A", "12G0")}, TestTime() + absl::Hours(1));
  EXPECT_NE(Load(&second).registry, first.registry);
}

TEST_F(StoreRegistryTest, OfferedProjectsComeAndGo) {
  const Share share = MakeShare("SITE-A", "vo");
  ASSERT_TRUE(writer().PutOffers(share, {{"p0", "", ""}}, TestTime()).ok());
  EXPECT_TRUE(Load().sites.empty()) << "an offer makes no endpoint";
  PutFlavors(share, {});
  const std::vector<OfferedProject> offered = {{"p1", "one", "vo"}, {"p2", "two", ""}};
  ASSERT_TRUE(writer().PutOffers(share, offered, TestTime()).ok());
  EXPECT_EQ(OnlyEndpoint(Load()).offered_projects, offered);
  const absl::Time later = TestTime() + absl::Hours(1);
  ASSERT_TRUE(writer().PutOffers(share, {{"p2", "two", "biomed"}}, later).ok());
  ASSERT_TRUE(writer().DropOffers(share, later).ok());
  EXPECT_THAT(OnlyEndpoint(Load()).offered_projects,
              ElementsAre(OfferedProject{"p2", "two", "biomed"}));
}

TEST_F(StoreRegistryTest, DiscoveredShareIsLabelledUntilAFileNamesIt) {
  Share share = MakeShare("SITE-A", "vo");
  share.discovered = true;
  ASSERT_TRUE(writer().ReplaceConfiguration({}, {share}).ok());
  EXPECT_TRUE(OnlyShare(Load()).share.discovered);
  EXPECT_TRUE(OnlyShare(Load()).share.configured);
  share.discovered = false;
  ASSERT_TRUE(writer().ReplaceConfiguration({}, {share}).ok());
  EXPECT_FALSE(OnlyShare(Load()).share.discovered);
}

TEST_F(StoreRegistryTest, WrongArgumentsAreRefused) {
  EXPECT_EQ(writer().ReplaceRegistry(RegistryUpdate()).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(writer()
                .RecordRegistryFailure(RegistryPart::kSites, ErrorClass::kNone, "", TestTime())
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Load().registry->states, IsEmpty());
}

}  // namespace
}  // namespace cis
