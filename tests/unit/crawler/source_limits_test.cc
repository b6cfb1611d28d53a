// SPDX-License-Identifier: Apache-2.0

// One hostile site per limit of the source: the kind fails with its class, says the limit's name,
// and the limit is counted once.

#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/source/json_bounds.h"
#include "crawler/source/limits.h"
#include "crawler/source/openstack_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string LimitedImagesUrl() { return absl::StrCat(kGlance, "/v2/images?limit=1000"); }
std::string LimitedFlavorsUrl() { return absl::StrCat(kNova, "/flavors/detail?limit=1000"); }

std::string Repeat(absl::string_view text, int64_t count) {
  std::string out;
  out.reserve(text.size() * static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) absl::StrAppend(&out, text);
  return out;
}

// A page of images with a next link whose marker is its number; `fill` says what it holds.
void ServePages(FakeSite& site, int page_count, const std::function<std::string(int)>& fill) {
  for (int page = 0; page < page_count; ++page) {
    const std::string url =
        page == 0 ? LimitedImagesUrl() : absl::StrCat(LimitedImagesUrl(), "&marker=m", page);
    site.OnGet(url, absl::StrCat("{\"images\":[", fill(page), "],\"next\":\"/v2/images?marker=m",
                                 page + 1, "\"}"));
  }
}

// The failure of `kind` when `site` is crawled; its class, and the limits that were counted.
struct Ending {
  ErrorClass error = ErrorClass::kNone;
  std::optional<Limit> limit;
  std::vector<Limit> counted;
};
Ending CrawlFor(Kind kind, FakeSite& site, const ShareTarget& target = PasswordTarget()) {
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  Ending ending;
  if (const SourceEvent* failure = FindFailure(events, kind)) {
    ending.error = failure->error;
    ending.limit = GetLimit(failure->status);
  }
  ending.counted = site.limits;
  return ending;
}

void ExpectEndsBy(const Ending& ending, ErrorClass error, Limit limit) {
  EXPECT_EQ(FormatErrorClass(ending.error), FormatErrorClass(error));
  ASSERT_TRUE(ending.limit.has_value());
  EXPECT_EQ(FormatLimit(*ending.limit), FormatLimit(limit));
  EXPECT_THAT(ending.counted, ElementsAre(limit));
}

TEST(SourceLimits, BoundsTheDepthOfJson) {
  FakeSite site = WorkingSite();
  site.OnGet(LimitedImagesUrl(), Repeat("[", 100'000));
  ExpectEndsBy(CrawlFor(Kind::kImages, site), ErrorClass::kLimit, Limit::kJsonDepth);
}

TEST(SourceLimits, BoundsTheNumberOfJsonValues) {
  FakeSite site = WorkingSite();
  site.OnGet(LimitedImagesUrl(),
             absl::StrCat("{\"images\":[", Repeat("[],", kMaxJsonValues), "[]]}"));
  ExpectEndsBy(CrawlFor(Kind::kImages, site), ErrorClass::kLimit, Limit::kJsonValues);
}

TEST(SourceLimits, BoundsTheJsonOfALoginToo) {
  FakeSite site = WorkingSite();
  site.On(kTokens, 201, Repeat("{\"a\":", 1000));
  ExpectEndsBy(CrawlFor(Kind::kAuth, site), ErrorClass::kLimit, Limit::kJsonDepth);
}

TEST(SourceLimits, BoundsTheBytesOfAShare) {
  FakeSite site = WorkingSite();
  // Each listing is within its own bounds; together they are too much.
  const std::string ballast(size_t{25} << 20, ' ');
  for (const char* path : {"/networks", "/subnets", "/routers", "/floatingips"}) {
    site.OnGet(absl::StrCat(kNeutron, "/v2.0", path, "?limit=1000"),
               absl::StrCat("{\"", path + 1, "\":[]}", ballast));
  }
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_THAT(site.limits, testing::Contains(Limit::kShareBytes));
  // Those that came before are whole, and what only adds facts does not fail the kind.
  const SourceEvent* event = FindObservation(events, Kind::kNetworks);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(event->observation.documents.at(4).error, testing::HasSubstr("share-bytes"));
}

TEST(SourceLimits, BoundsTheBytesOfAList) {
  FakeSite site = WorkingSite();
  const std::string ballast(size_t{22} << 20, 'x');
  ServePages(site, 3, [&](int page) {
    return absl::StrCat("{\"id\":\"", page, "\",\"name\":\"", ballast, "\"}");
  });
  ExpectEndsBy(CrawlFor(Kind::kImages, site), ErrorClass::kLimit, Limit::kListBytes);
}

TEST(SourceLimits, BoundsTheObjectsOfAList) {
  FakeSite site = WorkingSite();
  ServePages(site, 2, [](int page) {
    std::string objects = absl::StrCat("{\"id\":\"", page, "\"}");
    return absl::StrCat(objects, Repeat(",{}", kMaxListObjects));
  });
  ExpectEndsBy(CrawlFor(Kind::kImages, site), ErrorClass::kLimit, Limit::kListObjects);
}

TEST(SourceLimits, BoundsThePagesOfAList) {
  FakeSite site = WorkingSite();
  ServePages(site, kMaxListPages, [](int page) { return absl::StrCat("{\"id\":\"", page, "\"}"); });
  ExpectEndsBy(CrawlFor(Kind::kImages, site), ErrorClass::kLimit, Limit::kListPages);
}

TEST(SourceLimits, BoundsEmptyPages) {
  FakeSite site = WorkingSite();
  ServePages(site, kMaxEmptyPages + 2, [](int) { return ""; });
  ExpectEndsBy(CrawlFor(Kind::kImages, site), ErrorClass::kParse, Limit::kEmptyPages);
}

TEST(SourceLimits, BoundsRequestsForExtraSpecs) {
  FakeSite site = WorkingSite();
  std::string flavors = "{\"id\":\"0\"}";
  for (int64_t i = 1; i <= kMaxExtraSpecRequests; ++i) {
    absl::StrAppend(&flavors, ",{\"id\":\"", i, "\"}");
  }
  site.OnGet(LimitedFlavorsUrl(), absl::StrCat("{\"flavors\":[", flavors, "]}"));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_THAT(site.limits, ElementsAre(Limit::kExtraSpecRequests));
  const SourceEvent* event = FindObservation(events, Kind::kFlavors);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->observation.documents.back().name, "extra_specs");
  EXPECT_THAT(event->observation.documents.back().error,
              testing::HasSubstr("not read, because 2001 flavors would need one request each"));
}

TEST(SourceLimits, BoundsCommunityImages) {
  FakeSite site = WorkingSite();
  std::string images = "{\"id\":\"0\"}";
  for (int64_t i = 1; i <= kMaxCommunityImages; ++i) {
    absl::StrAppend(&images, ",{\"id\":\"", i, "\"}");
  }
  site.OnGet(absl::StrCat(LimitedImagesUrl(), "&visibility=community"),
             absl::StrCat("{\"images\":[", images, "]}"));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_THAT(site.limits, ElementsAre(Limit::kCommunityImages));
  const SourceEvent* event = FindObservation(events, Kind::kImages);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->observation.documents.at(2).body, "") << "a part of a list is none";
  EXPECT_THAT(event->observation.documents.at(2).error, testing::HasSubstr("community-images"));
}

TEST(SourceLimits, BoundsRegions) {
  FakeSite site = WorkingSite();
  std::vector<CatalogRow> rows;
  for (int i = 0; i <= kMaxRegions; ++i) {
    for (const CatalogRow& row : UsualCatalog()) {
      rows.push_back({row.type, absl::StrCat("region-", i), row.url});
    }
  }
  site.On(kTokens, TokenResponse(rows));
  ExpectEndsBy(CrawlFor(Kind::kAuth, site), ErrorClass::kLimit, Limit::kRegions);
}

// A catalog that sends the token for images to `url`.
Ending CrawlWithImagesAt(absl::string_view url, FakeSite& site) {
  std::vector<CatalogRow> rows = UsualCatalog();
  rows[1].url = std::string(url);
  site.On(kTokens, TokenResponse(rows));
  return CrawlFor(Kind::kImages, site);
}

TEST(SourceLimits, RefusesPlainHttpForeignAndInternalHosts) {
  struct {
    const char* url;
    Limit limit;
  } const cases[] = {
      {"http://site.example.org:9292", Limit::kPlainHttp},
      {"https://glance.evil.example:9292", Limit::kForeignHost},
      {"https://site.example.org.evil.example", Limit::kForeignHost},
      {"https://127.0.0.1:9292", Limit::kInwardHost},
      {"https://0.0.0.0:9292", Limit::kInwardHost},
      {"https://localhost:9292", Limit::kInwardHost},
      {"https://169.254.169.254", Limit::kInwardHost},
      {"https://[::ffff:127.0.0.1]:9292", Limit::kInwardHost},
      {"https://[::ffff:169.254.169.254]", Limit::kInwardHost},
      {"https://[fe80::1]", Limit::kInwardHost},
      {"https://[64:ff9b::a9fe:a9fe]", Limit::kInwardHost},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.url);
    FakeSite site = WorkingSite();
    ExpectEndsBy(CrawlWithImagesAt(c.url, site), ErrorClass::kPolicy, c.limit);
    for (const HttpRequest& request : site.requests) {
      EXPECT_TRUE(absl::StartsWith(request.url, "https://site.example.org:")) << request.url;
    }
  }
}

TEST(SourceLimits, NamesTheServiceThatMayNotBeRequested) {
  FakeSite site = WorkingSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows[0].url = "https://nova.evil.example/v2.1";
  site.On(kTokens, TokenResponse(rows));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindFailure(events, Kind::kFlavors), nullptr);
  const SourceEvent* event = FindObservation(events, Kind::kQuotas);
  ASSERT_NE(event, nullptr) << "Neutron tells its limits";
  EXPECT_EQ(event->observation.documents.at(0).name, "nova_limits");
  EXPECT_THAT(event->observation.documents.at(0).error, testing::HasSubstr("allow_hosts"));
  // No request was sent, so its URL is empty; no " of " of the sentence may be taken for it.
  EXPECT_THAT(event->observation.documents.at(0).error,
              testing::HasSubstr("in the domain of http"));
}

TEST(SourceLimits, AWellBehavedSiteHitsNoLimit) {
  FakeSite site = WorkingSite();
  CrawlSite(PasswordTarget(), site);
  EXPECT_THAT(site.limits, IsEmpty());
}

TEST(JsonBounds, TextIsNotCountedAndOtherFormatsPass) {
  EXPECT_TRUE(CheckJsonBounds(absl::StrCat("{\"a\":\"", Repeat("[", 1000), "\\\"[[\"}")).ok());
  EXPECT_TRUE(CheckJsonBounds(absl::StrCat("<html>", Repeat("[", 1000))).ok());
  EXPECT_TRUE(CheckJsonBounds("").ok());
  EXPECT_TRUE(CheckJsonBounds("{\"broken").ok());
  EXPECT_TRUE(CheckJsonBounds(Repeat("[", kMaxJsonDepth)).ok());
  EXPECT_EQ(GetLimit(CheckJsonBounds(Repeat("[", kMaxJsonDepth + 1))), Limit::kJsonDepth);
  EXPECT_EQ(GetLimit(CheckJsonBounds(absl::StrCat(" \n", Repeat("[", 1000)))), Limit::kJsonDepth);
}

}  // namespace
}  // namespace cis::crawler
