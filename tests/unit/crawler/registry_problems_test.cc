// SPDX-License-Identifier: Apache-2.0

// Where site files, registry and sites disagree: each fact by itself, and none where all is well.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "crawler/registry/site_problems.h"
#include "tests/support/builders.h"

namespace cis::crawler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kUrl[] = "https://keystone.example.org:5000";

class ProblemsTest : public ::testing::Test {
 protected:
  ProblemsTest() {
    for (const RegistryPart part : kAllRegistryParts) {
      RegistryState state;
      state.part = part;
      state.success_time = TestTime();
      registry_.states.push_back(state);
    }
    AddSite("SITE-A");
    AddCloud("SITE-A", kUrl);
    builder_.Select(MakeShare(MakeEndpoint("SITE-A", kUrl), "ops"));
  }
  RegistrySite& AddSite(absl::string_view name) {
    RegistrySite& site = registry_.sites.emplace_back();
    site.name = std::string(name);
    site.certification = "Certified";
    site.infrastructure = "Production";
    site.last_seen = TestTime();
    return site;
  }
  RegistryService& AddCloud(absl::string_view site, const std::string& url) {
    RegistryService& service = registry_.services.emplace_back();
    service.site_name = std::string(site);
    service.service_type = std::string(kCloudServiceType);
    service.hostname = "nova.example.org";
    service.primary_key = absl::StrCat(registry_.services.size(), "G0");
    if (!url.empty()) service.keystone_urls = {url};
    service.in_production = true;
    return service;
  }
  std::vector<SiteProblem> Find() {
    SortRegistry(&registry_);
    Catalog catalog = builder_.Build();
    catalog.registry = std::make_shared<const Registry>(registry_);
    return FindSiteProblems(catalog);
  }
  std::vector<std::string> Codes() {
    std::vector<std::string> codes;
    for (const SiteProblem& problem : Find()) {
      codes.push_back(absl::StrCat(problem.site_name, " ", problem.code));
    }
    return codes;
  }

  Registry registry_;
  CatalogBuilder builder_;
};

TEST_F(ProblemsTest, NoneWhereAllAgree) { EXPECT_THAT(Find(), IsEmpty()); }

TEST_F(ProblemsTest, AListThatWasNeverReadCausesNoProblem) {
  registry_ = Registry();
  EXPECT_THAT(Find(), IsEmpty());
}

TEST_F(ProblemsTest, ReportsASiteThatTheRegistryDoesNotList) {
  registry_.sites.clear();
  registry_.services.clear();
  EXPECT_THAT(Codes(), ElementsAre("SITE-A SITE_NOT_IN_GOCDB"));
  AddSite("SITE-A").active = false;
  EXPECT_THAT(Find()[0].message, HasSubstr("has not listed the site since 2026-01-02"));
  EXPECT_EQ(Find()[0].code, "SITE_VANISHED");
}

TEST_F(ProblemsTest, RenamedSiteIsFoundByItsCloudOrItsFormerName) {
  registry_.sites[0].name = "SITE-NEW";
  registry_.services[0].site_name = "SITE-NEW";
  EXPECT_THAT(Codes(), ElementsAre("SITE-A SITE_RENAMED"));
  registry_.services[0].keystone_urls = {"https://moved.example.org"};
  registry_.sites[0].former_name = "site-a";
  EXPECT_THAT(Codes(), ElementsAre("SITE-A SITE_RENAMED"));
  EXPECT_EQ(Find()[0].subject, "SITE-NEW");
}

TEST_F(ProblemsTest, ReportsACloudOfTheRegistryThatIsInNoFile) {
  AddSite("SITE-B");
  AddCloud("SITE-B", "https://b.example.org");
  EXPECT_THAT(Codes(), ElementsAre("SITE-B SITE_NOT_IN_FILES"));
  // Not one that nobody is meant to use.
  registry_.sites[1].certification = "Candidate";
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST_F(ProblemsTest, ReportsCertificationProductionAndMonitoring) {
  registry_.sites[0].certification = "Suspended";
  registry_.sites[0].infrastructure = "Test";
  registry_.services[0].in_production = false;
  EXPECT_THAT(Codes(), ElementsAre("SITE-A SITE_NOT_CERTIFIED", "SITE-A SITE_NOT_PRODUCTION",
                                   "SITE-A SERVICE_NOT_PRODUCTION"));
}

TEST_F(ProblemsTest, UrlDiffersByHostOrBySpelling) {
  registry_.services[0].keystone_urls = {"https://keystone.example.org"};
  ASSERT_THAT(Codes(), ElementsAre("SITE-A URL_DIFFERS"));
  EXPECT_THAT(Find()[0].message, HasSubstr("the same host, spelt differently"));
  registry_.services[0].keystone_urls = {"https://other.example.org:5000"};
  ASSERT_THAT(Codes(), ElementsAre("SITE-A URL_DIFFERS"));
  EXPECT_THAT(Find()[0].message, HasSubstr("https://other.example.org:5000/v3"));
}

TEST_F(ProblemsTest, ReportsAServiceWithoutUrlAndASiteWithoutCloud) {
  registry_.services[0].keystone_urls.clear();
  EXPECT_THAT(Codes(), ElementsAre("SITE-A SERVICE_WITHOUT_URL"))
      << "GOCDB has a cloud, it only does not say where";
  registry_.services[0].service_type = "ARC-CE";
  EXPECT_THAT(Codes(), ElementsAre("SITE-A SERVICE_NOT_IN_GOCDB"));
}

TEST_F(ProblemsTest, ReportsTwoEndpointsWithOneName) {
  AddCloud("SITE-A", "https://second.example.org");
  EXPECT_THAT(Codes(), ElementsAre("SITE-A ENDPOINT_NOT_IN_FILES"));
  builder_.Select(MakeShare(MakeEndpoint("SITE-A", "https://second.example.org"), "ops"));
  EXPECT_THAT(Codes(), ElementsAre("SITE-A NAME_SHARED"));
}

TEST_F(ProblemsTest, ReportsARefusedVoAndAnUnknownProject) {
  builder_.share().share.support = VoSupport::kRefused;
  builder_.share().share.project_id = "p1";
  EXPECT_THAT(Codes(), ElementsAre("SITE-A VO_REFUSED"));
}

TEST_F(ProblemsTest, SitesThatAreNoLongerInAnyFileCauseNoProblem) {
  Site gone = MakeSite("GONE");
  gone.configured = false;
  builder_.SetSite(gone);
  EXPECT_THAT(Find(), IsEmpty());
}

}  // namespace
}  // namespace cis::crawler
