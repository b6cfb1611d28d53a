// SPDX-License-Identifier: Apache-2.0

// A listing that only adds facts never fails its kind, whatever is returned in its place: the facts
// become unknown and a remark names the listing.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/normalizer.h"
#include "crawler/source/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "tests/support/compiled_rules.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string Net(absl::string_view path) { return absl::StrCat(kNeutron, "/v2.0", path); }
std::string Images(absl::string_view filter) {
  return absl::StrCat(kGlance, "/v2/images?limit=1000", filter);
}

const Network* FindNetwork(const RecordSet& records, absl::string_view id) {
  for (const Network& network : records.network_set.networks) {
    if (network.id == id) return &network;
  }
  return nullptr;
}
bool HasQuota(const RecordSet& records, absl::string_view resource) {
  return std::any_of(records.limit_set.quotas.begin(), records.limit_set.quotas.end(),
                     [&](const Quota& quota) { return quota.resource == resource; });
}
bool HasZone(const RecordSet& records, absl::string_view service) {
  return std::any_of(records.limit_set.zones.begin(), records.limit_set.zones.end(),
                     [&](const AvailabilityZone& zone) { return zone.service == service; });
}
// Of the project's own network, whose range comes from the list of subnets.
const Subnet* OwnSubnet(const RecordSet& records) {
  const Network* network = FindNetwork(records, "n");
  return network == nullptr || network->subnets.empty() ? nullptr : &network->subnets[0];
}

struct Listing {
  std::string document;
  Kind kind;
  std::vector<std::string> urls;  // all that must fail; the first is the listing itself
  std::function<bool(const RecordSet&)> is_known;
  std::string list_key;  // where it may have pages
};

std::vector<Listing> OptionalListings() {
  return {
      {"images_hidden", Kind::kImages, {Images("&os_hidden=true")}, nullptr, "images"},
      {"images_community", Kind::kImages, {Images("&visibility=community")}, nullptr, "images"},
      {"images_pending",
       Kind::kImages,
       {Images("&visibility=shared&member_status=pending")},
       nullptr,
       "images"},
      {"subnets",
       Kind::kNetworks,
       {Net("/subnets?limit=1000")},
       [](const RecordSet& r) { return OwnSubnet(r) != nullptr; },
       "subnets"},
      {"routers",
       Kind::kNetworks,
       {Net("/routers?limit=1000")},
       [](const RecordSet& r) { return r.network_set.routers_known != false; },
       "routers"},
      {"ports",
       Kind::kNetworks,
       {Net(kPortsPath)},
       [](const RecordSet& r) {
         return r.network_set.routers_known != false || OwnSubnet(r)->used_count.has_value();
       },
       "ports"},
      {"floatingips",
       Kind::kNetworks,
       {Net("/floatingips?limit=1000")},
       [](const RecordSet& r) { return r.network_set.floating_ips_known != false; },
       "floatingips"},
      {"floatingip_pools",
       Kind::kNetworks,
       {Net("/floatingip_pools")},
       [](const RecordSet& r) { return FindNetwork(r, "e")->public_v4 != Tristate::kUnknown; },
       "floatingip_pools"},
      {"subnetpools",
       Kind::kNetworks,
       {Net("/subnetpools?limit=1000&shared=true")},
       [](const RecordSet& r) { return !r.network_set.subnet_pools.empty(); },
       "subnetpools"},
      {"extensions", Kind::kNetworks, {Net("/extensions")}, nullptr, ""},
      {"nova_limits",
       Kind::kQuotas,
       {absl::StrCat(kNova, "/limits")},
       [](const RecordSet& r) { return HasQuota(r, "cores"); },
       ""},
      {"nova_zones",
       Kind::kQuotas,
       {absl::StrCat(kNova, "/os-availability-zone")},
       [](const RecordSet& r) { return HasZone(r, "compute"); },
       ""},
      {"neutron_quota",
       Kind::kQuotas,
       {Net("/quotas/p1/details.json"), Net("/quotas/p1")},
       [](const RecordSet& r) { return HasQuota(r, "floating_ips"); },
       ""},
      {"cinder_quota",
       Kind::kQuotas,
       {absl::StrCat(kCinder, "/os-quota-sets/p1?usage=true"), absl::StrCat(kCinder, "/limits")},
       [](const RecordSet& r) { return HasQuota(r, "volumes"); },
       ""},
      {"cinder_types",
       Kind::kQuotas,
       {absl::StrCat(kCinder, "/types?limit=1000")},
       [](const RecordSet& r) { return !r.limit_set.volume_types.empty(); },
       "volume_types"},
      {"cinder_default_type",
       Kind::kQuotas,
       {absl::StrCat(kCinder, "/types/default")},
       [](const RecordSet& r) { return r.limit_set.volume_types.at(0).is_default; },
       ""},
      {"cinder_zones",
       Kind::kQuotas,
       {absl::StrCat(kCinder, "/os-availability-zone")},
       [](const RecordSet& r) { return HasZone(r, "volume"); },
       ""},
  };
}

struct Failure {
  std::string name;
  absl::StatusOr<HttpResponse> answer;
};

std::vector<Failure> Failures() {
  std::vector<Failure> failures;
  for (const int status : {302, 400, 401, 403, 404, 405, 409, 410, 429, 500, 501, 502, 503, 504}) {
    failures.push_back({absl::StrCat("HTTP ", status),
                        FakeSite::Json(status, R"({"error":{"message":"words of the site"}})")});
  }
  std::string deep;
  for (int i = 0; i < 2 * kMaxJsonDepth; ++i) deep += "[";
  const std::pair<const char*, std::string> bodies[] = {
      {"html", "<html>maintenance</html>"},
      {"no body", ""},
      {"cut", R"({"images":[{"id":"1")"},
      {"no object", "[]"},
      {"null", "null"},
      {"other object", R"({"x":1})"},
      {"wrong types",
       R"({"images":{},"subnets":{},"routers":1,"ports":"","floatingips":null,)"
       R"("floatingip_pools":{},"subnetpools":true,"extensions":{},"limits":[],"quota":[],)"
       R"("availabilityZoneInfo":{},"quota_set":[],"volume_types":{},"volume_type":[]})"},
      {"deep", deep}};
  for (const auto& [name, body] : bodies) failures.push_back({name, FakeSite::Json(200, body)});
  failures.push_back({"timeout", MakeError(absl::StatusCode::kDeadlineExceeded,
                                           ErrorClass::kTimeout, "no answer")});
  failures.push_back(
      {"connect", MakeError(absl::StatusCode::kUnavailable, ErrorClass::kConnect, "refused")});
  failures.push_back(
      {"tls", MakeError(absl::StatusCode::kFailedPrecondition, ErrorClass::kTls, "expired")});
  failures.push_back(
      {"too large", MakeLimitError(absl::StatusCode::kResourceExhausted, ErrorClass::kLimit,
                                   Limit::kBodyBytes, "too large")});
  return failures;
}

void Replace(FakeSite& site, const std::string& url, const absl::StatusOr<HttpResponse>& answer) {
  site.On(absl::StrCat("GET ", url), [answer](const HttpRequest&) { return answer; });
}

// Every kind comes, `listing` is unknown and remarked, and nothing else is.
void ExpectUnknown(const Listing& listing, FakeSite& site, bool newest_first) {
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site, newest_first);
  for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks, Kind::kQuotas}) {
    const SourceEvent* event = FindObservation(events, kind);
    ASSERT_NE(event, nullptr) << FormatKind(kind) << " failed";
    const absl::StatusOr<RecordSet> records = Normalize(CompiledRules(), event->observation);
    ASSERT_TRUE(records.ok()) << records.status();
    if (kind != listing.kind) {
      // Neutron's quota depends on the extensions, and is found without them.
      EXPECT_THAT(records->remarks, IsEmpty());
      continue;
    }
    EXPECT_THAT(records->remarks, Contains(StartsWith(absl::StrCat(listing.document, ": "))));
    for (const std::string& remark : records->remarks) {
      EXPECT_THAT(remark, Not(HasSubstr(kSecretToken)));
    }
    if (listing.is_known) {
      EXPECT_FALSE(listing.is_known(*records));
    }
  }
}

TEST(SourceOptional, GoodSiteHasNoRemarks) {
  FakeSite site = FullSite();
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks, Kind::kQuotas}) {
    const SourceEvent* event = FindObservation(events, kind);
    ASSERT_NE(event, nullptr) << FormatKind(kind);
    const absl::StatusOr<RecordSet> records = Normalize(CompiledRules(), event->observation);
    ASSERT_TRUE(records.ok()) << records.status();
    EXPECT_THAT(records->remarks, IsEmpty()) << FormatKind(kind);
    // Makes sure that the cases below test something.
    for (const Listing& listing : OptionalListings()) {
      if (listing.kind != kind || !listing.is_known) continue;
      EXPECT_TRUE(listing.is_known(*records)) << listing.document;
    }
  }
}

TEST(SourceOptional, AnyAnswerLeavesTheKind) {
  for (const Listing& listing : OptionalListings()) {
    for (const Failure& failure : Failures()) {
      for (const bool newest_first : {false, true}) {
        SCOPED_TRACE(absl::StrCat(listing.document, " / ", failure.name));
        FakeSite site = FullSite();
        for (const std::string& url : listing.urls) Replace(site, url, failure.answer);
        ExpectUnknown(listing, site, newest_first);
      }
    }
  }
}

TEST(SourceOptional, AListThatBreaksInTheMiddleIsNotRead) {
  for (const Listing& listing : OptionalListings()) {
    if (listing.list_key.empty()) continue;
    for (const Failure& failure : Failures()) {
      SCOPED_TRACE(absl::StrCat(listing.document, " / ", failure.name));
      FakeSite site = FullSite();
      const std::string& url = listing.urls[0];
      const absl::StatusOr<HttpResponse> first = site.Answer([&] {
        HttpRequest request;
        request.url = url;
        return request;
      }());
      ASSERT_TRUE(first.ok());
      std::string page = first->body;
      const std::string links =
          listing.list_key == "images"
              ? R"(,"next":"/v2/images?marker=m"})"
              : absl::StrCat(",\"", listing.list_key,
                             R"(_links":[{"rel":"next","href":"https://inner/?marker=m"}]})");
      if (page == R"({"images":[]})") page = R"({"images":[{"id":"x"}]})";
      page.replace(page.size() - 1, 1, links);
      site.OnGet(url, page);
      Replace(site, absl::StrCat(url, absl::StrContains(url, '?') ? "&" : "?", "marker=m"),
              failure.answer);
      ExpectUnknown(listing, site, false);
    }
  }
}

TEST(SourceOptional, ExtraSpecsOfSingleFlavorsMayFail) {
  for (const Failure& failure : Failures()) {
    SCOPED_TRACE(failure.name);
    FakeSite site = FullSite();
    site.OnGet(absl::StrCat(kNova, "/flavors/detail?limit=1000"),
               R"({"flavors":[{"id":"1","name":"a","vcpus":1},{"id":"2","name":"b","vcpus":2}]})");
    Replace(site, absl::StrCat(kNova, "/flavors/1/os-extra_specs"), failure.answer);
    site.OnGet(absl::StrCat(kNova, "/flavors/2/os-extra_specs"), R"({"extra_specs":{}})");
    const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
    const SourceEvent* event = FindObservation(events, Kind::kFlavors);
    ASSERT_NE(event, nullptr);
    const absl::StatusOr<RecordSet> records = Normalize(CompiledRules(), event->observation);
    ASSERT_TRUE(records.ok()) << records.status();
    EXPECT_THAT(records->remarks, Contains(StartsWith("extra_specs: ")));
    ASSERT_EQ(records->flavors.size(), 2U);
    EXPECT_FALSE(records->flavors[0].extra_specs.has_value());
    EXPECT_FALSE(records->flavors[0].gpu_count.has_value()) << "not shown is not none";
  }
}

TEST(SourceOptional, WhatDefinesAKindStillFailsIt) {
  const std::pair<Kind, std::string> listings[] = {
      {Kind::kFlavors, absl::StrCat(kNova, "/flavors/detail?limit=1000")},
      {Kind::kImages, Images("")},
      {Kind::kNetworks, Net("/networks?limit=1000")}};
  for (const auto& [kind, url] : listings) {
    for (const Failure& failure : Failures()) {
      SCOPED_TRACE(absl::StrCat(url, " / ", failure.name));
      FakeSite site = FullSite();
      Replace(site, url, failure.answer);
      const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
      EXPECT_NE(FindFailure(events, kind), nullptr);
      EXPECT_EQ(FindObservation(events, kind), nullptr);
    }
  }
}

TEST(SourceOptional, OptionalRequestsAreBoundedInTime) {
  FakeSite site = FullSite();
  CrawlSite(PasswordTarget(), site);
  int count = 0;
  for (const HttpRequest& request : site.requests) {
    if (request.optional_part.empty()) continue;
    ++count;
    EXPECT_LE(request.deadline, kFactsDeadline) << request.url;
  }
  // All but the login, flavors, images and networks.
  EXPECT_EQ(count, 17);
}

TEST(SourceOptional, TheSitesWordsAreQuotedWithoutTheToken) {
  FakeSite site = FullSite();
  site.On(absl::StrCat("GET ", Net("/routers?limit=1000")), 500,
          absl::StrCat(R"({"NeutronError":{"message":"no )", kSecretToken, R"( here"}})"));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* event = FindObservation(events, Kind::kNetworks);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->observation.documents.at(2).error, "HTTP 500: no *** here");
  EXPECT_EQ(event->observation.documents.at(2).status, 500);
  EXPECT_EQ(event->observation.documents.at(2).body, "");
}

// Half of a surrogate pair, or a byte that is not UTF-8, costs the name that contains it one
// character.
TEST(SourceOptional, BrokenTextCostsItsRecordACharacter) {
  for (const char* text : {"a\\ud800b",
                           "a\xFF"
                           "b"}) {
    FakeSite site = FullSite();
    site.OnGet(Images(""), absl::StrCat(R"({"images":[{"id":"i1","name":")", text,
                                        R"("},{"id":"i2","name":"good"}]})"));
    const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
    const SourceEvent* event = FindObservation(events, Kind::kImages);
    ASSERT_NE(event, nullptr);
    const absl::StatusOr<RecordSet> records = Normalize(CompiledRules(), event->observation);
    ASSERT_TRUE(records.ok()) << records.status();
    ASSERT_EQ(records->images.size(), 2U);
    EXPECT_EQ(records->images[0].name,
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(records->images[1].name, "good");
  }
}

}  // namespace
}  // namespace cis::crawler
