// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/source/limits.h"
#include "crawler/source/paging.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

const std::string& ImagesUrl() {
  static const std::string kUrl = absl::StrCat(kGlance, "/v2/images?limit=1000");
  return kUrl;
}

const std::string& NetworksUrl() {
  static const std::string kUrl = absl::StrCat(kNeutron, "/v2.0/networks?limit=1000");
  return kUrl;
}

TEST(Paging, RelativeNextOfGlanceIsFollowedOnOurOwnUrl) {
  FakeSite site = WorkingSite();
  site.OnGet(ImagesUrl(), R"({"images":[{"id":"1"}],"next":"/v2/images?limit=1&marker=1"})");
  site.OnGet(ImagesUrl() + "&marker=1",
             R"({"images":[{"id":"2"}],"next":"/v2/images?marker=2&limit=1"})");
  site.OnGet(ImagesUrl() + "&marker=2", R"({"images":[{"id":"3"}]})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kImages);
  ASSERT_NE(event, nullptr);
  int pages = 0;
  for (const Document& document : event->observation.documents) {
    pages += document.name == "images" ? 1 : 0;
  }
  EXPECT_EQ(pages, 3);
}

TEST(Paging, WhatFurtherRequestsWaitForLeadsOn) {
  FakeSite site = WorkingSite();
  site.OnGet(NetworksUrl(),
             R"({"networks":[{"id":"1"}],"networks_links":[{"rel":"next","href":"?marker=1"}]})");
  site.OnGet(NetworksUrl() + "&marker=1", R"({"networks":[]})");
  CrawlSite(PasswordTarget(), site);
  std::set<std::string> leading;
  for (const HttpRequest& request : site.requests) {
    if (request.leads_on) leading.insert(request.url);
  }
  EXPECT_THAT(leading, UnorderedElementsAre(absl::StrCat(kKeystone, "/v3/auth/tokens"), ImagesUrl(),
                                            absl::StrCat(kNova, "/flavors/detail?limit=1000"),
                                            absl::StrCat(kNeutron, "/v2.0/extensions"),
                                            NetworksUrl() + "&marker=1"));
}

TEST(Paging, AListingWithoutEndSoonLeadsNoMore) {
  FakeSite site = WorkingSite();
  for (int i = 0; i < 2 * kMaxLeadingPages; ++i) {
    site.OnGet(
        NetworksUrl() + (i == 0 ? "" : absl::StrCat("&marker=", i)),
        absl::StrCat(R"({"networks":[{"id":")", i,
                     R"("}],"networks_links":[{"rel":"next","href":"?marker=)", i + 1, R"("}]})"));
  }
  site.OnGet(NetworksUrl() + absl::StrCat("&marker=", 2 * kMaxLeadingPages), R"({"networks":[]})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindObservation(events, Kind::kNetworks), nullptr);
  int leading = 0;
  for (const HttpRequest& request : site.requests) {
    leading += request.leads_on && absl::StrContains(request.url, "/networks") ? 1 : 0;
  }
  EXPECT_EQ(leading, kMaxLeadingPages - 1) << "the first page is as its list says";
}

TEST(Paging, LinksThatNameInnerHostsAreFollowedOnOurOwnUrl) {
  FakeSite site = WorkingSite();
  site.OnGet(NetworksUrl(),
             R"({"networks":[{"id":"1"}],"networks_links":[{"rel":"previous","href":"x"},)"
             R"({"rel":"next","href":"https://inner:19696/v2.0/networks?limit=1&marker=1"}]})");
  site.OnGet(NetworksUrl() + "&marker=1",
             R"({"networks":[],"networks_links":[{"rel":"previous","href":"x"}]})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindObservation(events, Kind::kNetworks), nullptr);
  for (const HttpRequest& request : site.requests)
    EXPECT_THAT(request.url, Not(HasSubstr("inner")));
}

TEST(Paging, FullNovaPageMayBeFollowedByAnEmptyOne) {
  FakeSite site = WorkingSite();
  const std::string url = absl::StrCat(kNova, "/flavors/detail?limit=1000");
  HttpResponse full = FakeSite::Json(
      200, R"({"flavors":[{"id":"1","extra_specs":{}}],"flavors_links":[{"rel":"next",)"
           R"("href":"https://site.example.org:8774/v2.1/flavors/detail?marker=1"}]})");
  full.headers.push_back({"OpenStack-API-Version", "compute 2.61"});
  site.On("GET " + url, full);
  site.OnGet(url + "&marker=1", R"({"flavors":[]})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindObservation(events, Kind::kFlavors), nullptr);
  EXPECT_EQ(FindObservation(events, Kind::kFlavors)->observation.documents.size(), 2U);
  for (const HttpRequest& request : site.requests) {
    if (request.url != url + "&marker=1") continue;
    EXPECT_EQ(request.headers.front().value, "compute 2.61") << "every page in one microversion";
  }
}

TEST(Paging, FailureOfALaterPageFailsTheWholeListing) {
  FakeSite site = WorkingSite();
  site.OnGet(ImagesUrl(), R"({"images":[{"id":"1"}],"next":"/v2/images?marker=1"})");
  // Even a status that is tolerated on the first page.
  site.On("GET " + ImagesUrl() + "&marker=1", 403, "{}");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_EQ(FindObservation(events, Kind::kImages), nullptr);
  ASSERT_NE(FindFailure(events, Kind::kImages), nullptr);
}

TEST(Paging, CircleOfPagesIsAnError) {
  FakeSite site = WorkingSite();
  site.OnGet(ImagesUrl(), R"({"images":[{"id":"1"}],"next":"/v2/images?marker=1"})");
  site.OnGet(ImagesUrl() + "&marker=1", R"({"images":[{"id":"2"}],"next":"/v2/images?marker=1"})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindFailure(events, Kind::kImages), nullptr);
  EXPECT_EQ(FindFailure(events, Kind::kImages)->error, ErrorClass::kParse);
}

TEST(Paging, EndlessPagesHitANamedLimit) {
  FakeSite site = WorkingSite();
  site.OnGet(ImagesUrl(), R"({"images":[{"id":"x"}],"next":"/v2/images?marker=0"})");
  for (int i = 0; i <= kMaxListPages; ++i) {
    site.OnGet(absl::StrCat(ImagesUrl(), "&marker=", i),
               absl::StrCat(R"({"images":[{"id":)", i, R"(}],"next":"/v2/images?marker=)", i + 1,
                            R"("})"));
  }
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* failure = FindFailure(events, Kind::kImages);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->error, ErrorClass::kLimit);
  EXPECT_THAT(std::string(failure->status.message()), HasSubstr("kMaxListPages"));
}

TEST(Paging, PagesThatBringNothingNewEndEarly) {
  for (const char* objects : {"", R"({"id":"1"},{"id":"2"})"}) {
    FakeSite site = WorkingSite();
    site.OnGet(ImagesUrl(),
               absl::StrCat(R"({"images":[)", objects, R"(],"next":"/v2/images?marker=0"})"));
    for (int i = 0; i < 10; ++i) {
      site.OnGet(absl::StrCat(ImagesUrl(), "&marker=", i),
                 absl::StrCat(R"({"images":[)", objects, R"(],"next":"/v2/images?marker=)", i + 1,
                              R"("})"));
    }
    const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
    ASSERT_NE(FindFailure(events, Kind::kImages), nullptr);
    EXPECT_EQ(FindFailure(events, Kind::kImages)->error, ErrorClass::kParse);
    EXPECT_LT(site.requests.size(), 20U);
  }
}

TEST(Paging, TooManyObjectsHitANamedLimit) {
  FakeSite site = WorkingSite();
  std::string body = R"({"networks":[0)";
  for (int64_t i = 0; i < kMaxListObjects; ++i) body += ",0";
  site.OnGet(NetworksUrl(), body + "]}");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindFailure(events, Kind::kNetworks), nullptr);
  EXPECT_EQ(FindFailure(events, Kind::kNetworks)->error, ErrorClass::kLimit);
}

class NotAListing : public testing::TestWithParam<const char*> {};

TEST_P(NotAListing, IsAParseError) {
  FakeSite site = WorkingSite();
  site.OnGet(ImagesUrl(), GetParam());
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_NE(FindFailure(events, Kind::kImages), nullptr);
  EXPECT_EQ(FindFailure(events, Kind::kImages)->error, ErrorClass::kParse);
}

INSTANTIATE_TEST_SUITE_P(All, NotAListing,
                         testing::Values("", "null", "[]", "{}", R"({"images":{}})",
                                         R"({"images":[)", "<html></html>",
                                         R"({"images":[],"next":"/v2/images?limit=1"})"));

}  // namespace
}  // namespace cis::crawler
