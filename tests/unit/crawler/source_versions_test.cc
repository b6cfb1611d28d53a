// SPDX-License-Identifier: Apache-2.0

// Catalog URLs with a version that does not exist: the API is found as OpenStack's own clients find
// it, and the next crawl sends its requests there at once.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kRoot[] = "https://site.example.org/image";
constexpr char kVersions[] =
    R"({"versions":[{"id":"v2.9","links":[{"rel":"self","href":"http://inner:9292/v2/"}]}]})";

// Images at `root`/v2, while the catalog says `catalog_url`.
FakeSite SiteWithImagesAt(absl::string_view catalog_url) {
  FakeSite site = FullSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows[1].url = std::string(catalog_url);
  site.On(kTokens, TokenResponse(rows));
  const std::string images = absl::StrCat(kRoot, "/v2/images?limit=1000");
  site.OnGet(images, R"({"images":[{"id":"i1"}]})");
  for (const char* filter :
       {"&os_hidden=true", "&visibility=community", "&visibility=shared&member_status=pending"}) {
    site.OnGet(absl::StrCat(images, filter), R"({"images":[]})");
  }
  site.On(absl::StrCat("GET ", kRoot, "/"), 300, kVersions);
  return site;
}

TEST(SourceVersions, DeadVersionIsTakenOffAndRemembered) {
  for (const int status : {300, 404, 410}) {
    for (const bool newest_first : {false, true}) {
      SCOPED_TRACE(status);
      const std::string dead = absl::StrCat(kRoot, "/v1");
      FakeSite site = SiteWithImagesAt(dead);
      for (const char* filter : {"", "&os_hidden=true", "&visibility=community",
                                 "&visibility=shared&member_status=pending"}) {
        site.On(absl::StrCat("GET ", dead, "/images?limit=1000", filter), status, "{}");
      }
      ShareTarget target = PasswordTarget();
      std::vector<SourceEvent> events = CrawlSite(target, site, newest_first);
      const SourceEvent* event = FindObservation(events, Kind::kImages);
      ASSERT_NE(event, nullptr);
      for (const Document& document : event->observation.documents) {
        EXPECT_EQ(document.error, "") << document.name;
      }
      EXPECT_EQ(site.CountOf(absl::StrCat(kRoot, "/")), 1);
      EXPECT_THAT(event->share.endpoint.service_bases,
                  ElementsAre(Pair(dead, absl::StrCat(kRoot, "/v2"))));

      // The next crawl.
      target.share.endpoint.service_bases = event->share.endpoint.service_bases;
      const size_t before = site.requests.size();
      events = CrawlSite(target, site, newest_first);
      ASSERT_NE(FindObservation(events, Kind::kImages), nullptr);
      EXPECT_EQ(site.CountOf(absl::StrCat(kRoot, "/")), 1) << "not asked for again";
      EXPECT_EQ(site.CountOf(absl::StrCat(dead, "/images?limit=1000")), 1);
      EXPECT_LT(site.requests.size() - before, before);
    }
  }
}

TEST(SourceVersions, AVersionThatTheCrawlerDoesNotSpeakLeadsToTheUsualOneWithoutAList) {
  FakeSite site = SiteWithImagesAt(absl::StrCat(kRoot, "/v1"));
  site.On(absl::StrCat("GET ", kRoot, "/"), 404, "<html>");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindObservation(events, Kind::kImages), nullptr);
}

TEST(SourceVersions, WhatIsRememberedAndDeadIsFoundAgain) {
  FakeSite site = SiteWithImagesAt(absl::StrCat(kRoot, "/v1"));
  ShareTarget target = PasswordTarget();
  target.share.endpoint.service_bases[absl::StrCat(kRoot, "/v1")] = absl::StrCat(kRoot, "/v7");
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  const SourceEvent* event = FindObservation(events, Kind::kImages);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(event->share.endpoint.service_bases,
              Contains(Pair(absl::StrCat(kRoot, "/v1"), absl::StrCat(kRoot, "/v2"))));
}

TEST(SourceVersions, WhatIsRememberedOnAnotherHostGetsNoToken) {
  FakeSite site = SiteWithImagesAt(absl::StrCat(kRoot, "/v2"));
  ShareTarget target = PasswordTarget();
  target.share.endpoint.service_bases[absl::StrCat(kRoot, "/v2")] = "https://evil.example/v2";
  EXPECT_NE(FindObservation(CrawlSite(target, site), Kind::kImages), nullptr);
  for (const HttpRequest& request : site.requests) {
    EXPECT_THAT(request.url, testing::Not(testing::HasSubstr("evil")));
  }
}

// A listing that is not offered does not indicate a wrong URL.
TEST(SourceVersions, RefusedExtrasLeadToNoVersionList) {
  for (const bool newest_first : {false, true}) {
    FakeSite site = FullSite();
    const std::vector<SourceEvent> events = [&] {
      std::vector<CatalogRow> rows = UsualCatalog();
      rows[1].url = absl::StrCat(kGlance, "/v2");
      rows[2].url = absl::StrCat(kNeutron, "/v2.0");
      rows.push_back({"volumev3", "RegionOne", kCinder});
      site.On(kTokens, TokenResponse(rows));
      site.On(absl::StrCat("GET ", kNeutron, "/v2.0/floatingip_pools"), 404, "{}");
      site.On(absl::StrCat("GET ", kCinder, "/types/default"), 404, "{}");
      site.On(absl::StrCat("GET ", kNova, "/os-availability-zone"), 404, "{}");
      return CrawlSite(PasswordTarget(), site, newest_first);
    }();
    for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks, Kind::kQuotas}) {
      const SourceEvent* event = FindObservation(events, kind);
      ASSERT_NE(event, nullptr);
      EXPECT_THAT(event->share.endpoint.service_bases, IsEmpty());
    }
    EXPECT_EQ(site.requests.size(), 21U);
  }
}

// The part after the version, the project, is kept.
TEST(SourceVersions, CinderIsFoundBesideItsOldVersion) {
  FakeSite site = FullSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows.push_back({"block-storage", "RegionOne", "https://site.example.org:8776/v2/p1"});
  site.On(kTokens, TokenResponse(rows));
  site.On("GET https://site.example.org:8776/", 300,
          R"({"versions":[{"id":"v3.0","links":[{"rel":"self","href":"http://inner/v3/"}]}]})");
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kQuotas);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(
      event->share.endpoint.service_bases,
      ElementsAre(Pair("https://site.example.org:8776/v2", "https://site.example.org:8776/v3")));
  EXPECT_EQ(site.CountOf(absl::StrCat(kCinder, "/types?limit=1000")), 1);
}

}  // namespace
}  // namespace cis::crawler
