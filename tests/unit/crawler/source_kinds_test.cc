// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "crawler/source/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string& FlavorsUrl() {
  static const std::string kUrl = absl::StrCat(kNova, "/flavors/detail?limit=1000");
  return kUrl;
}

TEST(SourceKinds, WorkingSiteGivesEveryKindOnce) {
  for (const bool newest_first : {false, true}) {
    FakeSite site = WorkingSite();
    const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site, newest_first);
    ASSERT_EQ(events.size(), 5U);
    for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks, Kind::kQuotas}) {
      ASSERT_NE(FindObservation(events, kind), nullptr) << FormatKind(kind);
    }
    EXPECT_THAT(
        DocumentNames(FindObservation(events, Kind::kNetworks)->observation),
        ElementsAre("networks", "subnets", "routers", "ports", "floatingips", "extensions"));
    EXPECT_THAT(DocumentNames(FindObservation(events, Kind::kQuotas)->observation),
                ElementsAre("nova_limits", "nova_zones", "neutron_quota"));
    EXPECT_EQ(site.requests.size(), 15U);
  }
}

// The bound that crawler/source/README.md names.
TEST(SourceKinds, AShareCostsSixteenRequestsAndItsEndpointFive) {
  FakeSite site = FullSite();
  OpenStackSource source(PasswordTarget(), SourceOptions{});
  int share_count = 0;
  int endpoint_count = 0;
  std::deque<SourceRequest> open;
  const auto take = [&](SourceStep step) {
    for (SourceRequest& request : step.requests) {
      ++(request.share_key.empty() ? share_count : endpoint_count);
      open.push_back(std::move(request));
    }
  };
  take(source.Start(SourceTestTime()));
  while (!open.empty()) {
    const SourceRequest next = std::move(open.front());
    open.pop_front();
    take(source.OnResponse(next.tag, site.Answer(next.request), SourceTestTime()));
  }
  EXPECT_EQ(share_count, 16);
  EXPECT_EQ(endpoint_count, 5);
}

TEST(SourceKinds, AllServicesOfAnEndpointShareOneLimit) {
  FakeSite site = FullSite();
  CrawlSite(PasswordTarget(), site);
  for (const HttpRequest& request : site.requests) EXPECT_EQ(request.limit_key, kKeystone);
}

TEST(SourceKinds, OnlyReadingMethodsAndNoSecretLeavesTheRequests) {
  FakeSite site = WorkingSite();
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  for (const HttpRequest& request : site.requests) {
    EXPECT_TRUE(request.method == "GET" ||
                request.url == absl::StrCat(kKeystone, "/v3/auth/tokens"))
        << request.method << " " << request.url;
    EXPECT_THAT(request.url, Not(HasSubstr("secret")));
  }
  for (const SourceEvent& event : events) {
    for (const Document& document : event.observation.documents) {
      EXPECT_THAT(document.body + document.url, Not(HasSubstr(kSecretToken)));
    }
  }
}

TEST(SourceKinds, ObservationTimeIsThatOfItsOldestDocument) {
  FakeSite site = WorkingSite();
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const Observation& observation = FindObservation(events, Kind::kNetworks)->observation;
  for (const Document& document : observation.documents) {
    EXPECT_GE(document.fetch_time, observation.fetch_time);
  }
  EXPECT_EQ(observation.fetch_time, observation.documents.front().fetch_time);
}

TEST(SourceKinds, OneFailingKindLeavesTheOthers) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kGlance, "/v2/images?limit=1000"), 500, "<html>oops</html>");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* failure = FindFailure(events, Kind::kImages);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error, ErrorClass::kServer);
  EXPECT_EQ(FindObservation(events, Kind::kImages), nullptr);
  EXPECT_NE(FindObservation(events, Kind::kFlavors), nullptr);
  EXPECT_NE(FindObservation(events, Kind::kNetworks), nullptr);
}

TEST(SourceKinds, ExpiredTokenAtAServiceIsAnAuthError) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", FlavorsUrl()), 401,
          absl::StrCat(R"({"error":{"message":"token )", kSecretToken, R"( is gone"}})"));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* failure = FindFailure(events, Kind::kFlavors);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error, ErrorClass::kAuth);
  EXPECT_THAT(std::string(failure->status.message()),
              AllOf(HasSubstr("token *** is gone"), Not(HasSubstr(kSecretToken))));
}

// A service that has trouble with its Keystone answers 401 for a valid token.
TEST(SourceKinds, RefusedTokenIsRenewedOnceForAllRequestsAndTheyAreRepeated) {
  for (const bool newest_first : {false, true}) {
    FakeSite site = WorkingSite();
    int logins = 0;
    site.On(kTokens, [&logins](const HttpRequest&) {
      HttpResponse response = TokenResponse(UsualCatalog());
      response.headers.back().value = absl::StrCat("token-", ++logins);
      return response;
    });
    for (const char* path : {"/v2/images?limit=1000", "/v2/images?limit=1000&os_hidden=true",
                             "/v2/images?limit=1000&visibility=community",
                             "/v2/images?limit=1000&visibility=shared&member_status=pending"}) {
      site.On(absl::StrCat("GET ", kGlance, path), [](const HttpRequest& request) {
        return request.headers.back().value == "token-1"
                   ? FakeSite::Json(401, "{}")
                   : FakeSite::Json(200, R"({"images":[{"id":"i1"}]})");
      });
    }
    const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site, newest_first);
    EXPECT_EQ(logins, 2);
    EXPECT_EQ(events.size(), 5U);
    EXPECT_NE(FindObservation(events, Kind::kImages), nullptr);
    EXPECT_NE(FindObservation(events, Kind::kFlavors), nullptr);
  }
}

TEST(SourceKinds, RefusedTokenStaysRefusedIfTheSecondLoginFails) {
  FakeSite site = WorkingSite();
  int logins = 0;
  site.On(kTokens, [&logins](const HttpRequest&) {
    return ++logins == 1 ? TokenResponse(UsualCatalog()) : FakeSite::Json(401, "{}");
  });
  site.On(absl::StrCat("GET ", FlavorsUrl()), 401, "{}");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* failure = FindFailure(events, Kind::kFlavors);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error, ErrorClass::kAuth);
  EXPECT_EQ(logins, 2);
  EXPECT_EQ(site.CountOf(FlavorsUrl()), 1);
  EXPECT_NE(FindObservation(events, Kind::kImages), nullptr);
}

TEST(SourceKinds, GlanceAnsweringWithItsVersionsIsNoEmptyImageList) {
  FakeSite site = WorkingSite();
  const char* kVersions = R"({"versions":[{"id":"v2.9","links":[]}]})";
  site.On(absl::StrCat("GET ", kGlance, "/v2/images?limit=1000"), 300, kVersions);
  site.On(absl::StrCat("GET ", kGlance, "/"), 300, kVersions);
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* failure = FindFailure(events, Kind::kImages);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error, ErrorClass::kParse);
  EXPECT_EQ(site.CountOf(absl::StrCat(kGlance, "/")), 1) << "versions are asked for once";
}

TEST(SourceKinds, WrongGuessOfTheVersionPathIsCorrectedOnceForAllRequests) {
  FakeSite site = WorkingSite();
  const std::string guess = absl::StrCat(kGlance, "/v2/images?limit=1000");
  site.On(absl::StrCat("GET ", guess), 404, "<html></html>");
  for (const char* listing :
       {"&os_hidden=true", "&visibility=community", "&visibility=shared&member_status=pending"}) {
    site.On(absl::StrCat("GET ", guess, listing), 404, "<html></html>");
  }
  site.On(absl::StrCat("GET ", kGlance, "/"), 300,
          R"({"versions":[{"id":"v2.9","links":[{"rel":"self","href":"http://x/image/v2/"}]}]})");
  const std::string real = absl::StrCat(kGlance, "/image/v2/images?limit=1000");
  site.OnGet(real, R"({"images":[]})");
  site.OnGet(absl::StrCat(real, "&os_hidden=true"), R"({"images":[]})");
  site.OnGet(absl::StrCat(real, "&visibility=community"), R"({"images":[]})");
  site.OnGet(absl::StrCat(real, "&visibility=shared&member_status=pending"), R"({"images":[]})");
  for (const bool newest_first : {false, true}) {
    site.requests.clear();
    const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site, newest_first);
    ASSERT_NE(FindObservation(events, Kind::kImages), nullptr);
    EXPECT_EQ(site.CountOf(absl::StrCat(kGlance, "/")), 1);
    EXPECT_EQ(FindObservation(events, Kind::kImages)->observation.documents[0].url, real);
  }
}

TEST(SourceKinds, HiddenImagesAreTheirOwnDocumentAndOptional) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kGlance, "/v2/images?limit=1000&os_hidden=true"), 400, "<html>");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kImages);
  ASSERT_NE(event, nullptr);
  ASSERT_THAT(DocumentNames(event->observation),
              ElementsAre("images", "images_hidden", "images_community", "images_pending"));
  EXPECT_EQ(event->observation.documents[1].status, 400);
  EXPECT_EQ(event->observation.documents[1].body, "");
}

TEST(SourceKinds, LegacyNovaIsAskedForEachFlavorsExtraSpecs) {
  FakeSite site = WorkingSite();
  site.OnGet(FlavorsUrl(), R"({"flavors":[{"id":"1"},{"id":"a b"},{"id":3}]})");
  for (const char* id : {"1", "a%20b", "3"}) {
    site.OnGet(absl::StrCat(kNova, "/flavors/", id, "/os-extra_specs"), R"({"extra_specs":{}})");
  }
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kFlavors);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(DocumentNames(event->observation),
              ElementsAre("flavors", "extra_specs/1", "extra_specs/a b", "extra_specs/3"));
  EXPECT_EQ(event->request_count, 4);
}

TEST(SourceKinds, OneRefusalOfExtraSpecsIsEnough) {
  FakeSite site = WorkingSite();
  site.OnGet(FlavorsUrl(), R"({"flavors":[{"id":"1"},{"id":"2"},{"id":"3"}]})");
  site.On(absl::StrCat("GET ", kNova, "/flavors/1/os-extra_specs"), 403, R"({"forbidden":{}})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kFlavors);
  ASSERT_NE(event, nullptr);
  ASSERT_THAT(DocumentNames(event->observation), ElementsAre("flavors", "extra_specs/1"));
  EXPECT_EQ(event->observation.documents[1].status, 403);
}

TEST(SourceKinds, FlavorThatVanishedMeanwhileDoesNotHurt) {
  FakeSite site = WorkingSite();
  site.OnGet(FlavorsUrl(), R"({"flavors":[{"id":"1"},{"id":"2"}]})");
  site.OnGet(absl::StrCat(kNova, "/flavors/2/os-extra_specs"), R"({"extra_specs":{}})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindObservation(events, Kind::kFlavors), nullptr);
}

TEST(SourceKinds, BrokenExtraSpecsAreThoseOfTheirFlavorsOnly) {
  FakeSite site = WorkingSite();
  site.OnGet(FlavorsUrl(), R"({"flavors":[{"id":"1"},{"id":"2"},{"id":"3"}]})");
  site.OnGet(absl::StrCat(kNova, "/flavors/1/os-extra_specs"), R"({"extra_specs":{}})");
  site.On(absl::StrCat("GET ", kNova, "/flavors/2/os-extra_specs"), 500, "");
  site.On(absl::StrCat("GET ", kNova, "/flavors/3/os-extra_specs"), 500, "");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kFlavors);
  ASSERT_NE(event, nullptr);
  ASSERT_EQ(event->observation.documents.size(), 4U);
  EXPECT_EQ(event->observation.documents[2].error, "HTTP 500");
}

TEST(SourceKinds, HiddenExtraSpecsAtANewNovaAreNotAskedFor) {
  FakeSite site = WorkingSite();
  HttpResponse flavors = FakeSite::Json(200, R"({"flavors":[{"id":"1"}]})");
  flavors.headers.push_back({"X-OpenStack-Nova-API-Version", "2.61"});
  site.On(absl::StrCat("GET ", FlavorsUrl()), flavors);
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindObservation(events, Kind::kFlavors), nullptr);
  EXPECT_EQ(FindObservation(events, Kind::kFlavors)->request_count, 1);
}

TEST(SourceKinds, OlderMicroversionIsFoundAfterARefusal) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", FlavorsUrl()), [](const HttpRequest& request) {
    for (const HttpHeader& header : request.headers) {
      if (header.name == "OpenStack-API-Version" && header.value == "compute 2.61") {
        return FakeSite::Json(406, R"({"computeFault":{"message":"not supported","code":406}})");
      }
    }
    HttpResponse response = FakeSite::Json(200, R"({"flavors":[{"id":"1","description":null}]})");
    response.headers.push_back({"OpenStack-API-Version", "compute 2.55"});
    return response;
  });
  site.OnGet("https://site.example.org:8774/",
             R"({"versions":[{"id":"v2.0","version":"","min_version":""},)"
             R"({"id":"v2.1","version":"2.55","min_version":"2.1"}]})");
  site.OnGet(absl::StrCat(kNova, "/flavors/1/os-extra_specs"), R"({"extra_specs":{"a":"b"}})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kFlavors);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(DocumentNames(event->observation), ElementsAre("flavors", "extra_specs/1"));
}

TEST(SourceKinds, RefusedRoutersAreKeptAsRefused) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kNeutron, "/v2.0/routers?limit=1000"), 403, "{}");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kNetworks);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->observation.documents[2].name, "routers");
  EXPECT_EQ(event->observation.documents[2].status, 403);
}

TEST(SourceKinds, PoolsAndQuotaDetailsOnlyWhereOffered) {
  FakeSite site = WorkingSite();
  site.OnGet(absl::StrCat(kNeutron, "/v2.0/extensions"),
             R"({"extensions":[{"alias":"floatingip-pools"}]})");
  site.OnGet(absl::StrCat(kNeutron, "/v2.0/floatingip_pools"),
             R"({"floatingip_pools":[{"network_id":"n1","cidr":"193.144.35.0/24"}]})");
  site.OnGet(absl::StrCat(kNeutron, "/v2.0/quotas/p1"), R"({"quota":{"floatingip":50}})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindObservation(events, Kind::kNetworks), nullptr);
  EXPECT_EQ(FindObservation(events, Kind::kNetworks)->observation.documents.back().name,
            "floatingip_pools");
  ASSERT_NE(FindObservation(events, Kind::kQuotas), nullptr);
  EXPECT_THAT(FindObservation(events, Kind::kQuotas)->observation.documents,
              Contains(testing::Field(&Document::url, testing::EndsWith("/quotas/p1"))));
}

TEST(SourceKinds, PoolsAreNotAskedWhereExternalSubnetsAreVisible) {
  FakeSite site = FullSite();
  site.OnGet(
      absl::StrCat(kNeutron, "/v2.0/extensions"),
      R"({"extensions":[{"alias":"floatingip-pools"},{"alias":"subnet-external-network"}]})");
  CrawlSite(PasswordTarget(), site);
  EXPECT_EQ(site.CountOf(absl::StrCat(kNeutron, "/v2.0/floatingip_pools")), 0);
}

// A pool may be shared with some projects only, so one project's list is not valid for the others.
TEST(SourceKinds, SubnetPoolsAreAskedByEachShareWhereAccessDiffers) {
  FakeSite site = FullSite();
  site.OnGet(absl::StrCat(kNeutron, "/v2.0/extensions"),
             R"({"extensions":[{"alias":"subnet_allocation"},{"alias":"rbac-subnetpool"}]})");
  CrawlSite(PasswordTarget(), site);
  EXPECT_EQ(site.CountOf(absl::StrCat(kNeutron, "/v2.0/subnetpools?limit=1000")), 1);
}

TEST(SourceKinds, DeadCinderIsOnePartThatDoesNotHoldUpOthers) {
  FakeSite site = FullSite();
  CrawlSite(PasswordTarget(), site);
  int count = 0;
  for (const HttpRequest& request : site.requests) {
    if (request.url.find(":8776") == std::string::npos) continue;
    ++count;
    EXPECT_EQ(request.optional_part, "volume");
    EXPECT_LE(request.deadline, kOptionalTimeout);
  }
  EXPECT_EQ(count, 4);
}

TEST(SourceKinds, VolumeLimitsStandInForARefusedQuota) {
  FakeSite site = FullSite();
  site.On(absl::StrCat("GET ", kCinder, "/os-quota-sets/p1?usage=true"), 403, "{}");
  site.OnGet(absl::StrCat(kCinder, "/limits"),
             R"({"limits":{"absolute":{"maxTotalVolumes":10,"totalVolumesUsed":1}}})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kQuotas);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(DocumentNames(event->observation),
              ElementsAre("nova_limits", "nova_zones", "neutron_quota", "cinder_quota",
                          "cinder_limits", "cinder_types", "cinder_default_type", "cinder_zones"));
}

// The plain quota has the limits where a policy hides the usage.
TEST(SourceKinds, PlainQuotaStandsInForRefusedDetails) {
  FakeSite site = FullSite();
  site.On(absl::StrCat("GET ", kNeutron, "/v2.0/quotas/p1/details.json"), 403, "{}");
  site.OnGet(absl::StrCat(kNeutron, "/v2.0/quotas/p1"), R"({"quota":{"floatingip":0}})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kQuotas);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->observation.documents[2].body, R"({"quota":{"floatingip":0}})");
  EXPECT_EQ(event->observation.documents[2].error, "");
}

TEST(SourceKinds, QuotasFailWithTheErrorOfTheFirstIfNeitherIsRead) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kNova, "/limits"), 503, "");
  site.On(absl::StrCat("GET ", kNeutron, "/v2.0/quotas/p1/details.json"), 403, "{}");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindFailure(events, Kind::kQuotas), nullptr);
  EXPECT_EQ(FindFailure(events, Kind::kQuotas)->error, ErrorClass::kServer);
  EXPECT_NE(FindObservation(events, Kind::kFlavors), nullptr);
}

TEST(SourceKinds, QuotasThatNoServiceReportsFailOnlyTheirKind) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kNova, "/limits"), 403, "{}");
  site.On(absl::StrCat("GET ", kNeutron, "/v2.0/quotas/p1/details.json"), 404, "{}");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindFailure(events, Kind::kQuotas), nullptr);
  EXPECT_NE(FindObservation(events, Kind::kNetworks), nullptr);
}

TEST(SourceKinds, MissingServiceFailsItsKindOnly) {
  FakeSite site = WorkingSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows.erase(rows.begin() + 2);
  site.On(kTokens, TokenResponse(rows));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindFailure(events, Kind::kNetworks), nullptr);
  EXPECT_EQ(FindFailure(events, Kind::kNetworks)->error, ErrorClass::kNotFound);
  EXPECT_NE(FindObservation(events, Kind::kImages), nullptr);
  EXPECT_NE(FindObservation(events, Kind::kQuotas), nullptr) << "Nova still tells its limits";
}

TEST(SourceKinds, TokenIsNeverSentToAForeignHost) {
  FakeSite site = WorkingSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows[1].url = "https://glance.attacker.example";
  site.On(kTokens, TokenResponse(rows));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindFailure(events, Kind::kImages), nullptr);
  EXPECT_EQ(FindFailure(events, Kind::kImages)->error, ErrorClass::kPolicy);
  for (const HttpRequest& request : site.requests) {
    EXPECT_THAT(request.url, Not(HasSubstr("attacker")));
  }
}

}  // namespace
}  // namespace cis::crawler
