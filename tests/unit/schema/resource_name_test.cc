// SPDX-License-Identifier: Apache-2.0
#include "schema/model/resource_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/builders.h"

namespace cis {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// What a part of a name may look like: RFC 1034 without upper case.
constexpr char kIdForm[] = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

TEST(FormatSlug, KeepsWhatIsValidAlready) {
  for (const char* text : {"a", "7", "m1-small", "3f2a9c10-1111-2222-3333-000000000010"}) {
    EXPECT_EQ(FormatSlug(text), text);
  }
}

TEST(FormatSlug, MakesAnIdOfAnyText) {
  EXPECT_THAT(FormatSlug("CESGA-CLOUD"), MatchesRegex("cesga-cloud-[0-9a-f]+"));
  EXPECT_THAT(FormatSlug(""), MatchesRegex("x-[0-9a-f]+"));
  EXPECT_THAT(FormatSlug("日本"), MatchesRegex("x-[0-9a-f]+"));
  for (const std::string& text :
       {std::string("-"), std::string("a--b"), std::string("../../etc"), std::string(500, 'A'),
        std::string(55, 'a'), std::string("a\0b", 3),
        std::string("Image for EGI [Ubuntu/20.04]")}) {
    const std::string slug = FormatSlug(text);
    EXPECT_THAT(slug, MatchesRegex(kIdForm)) << text;
    EXPECT_THAT(slug, ::testing::Not(HasSubstr("--"))) << text;
    EXPECT_LE(slug.size(), 54u) << text;
  }
}

TEST(FormatSlug, KeepsDifferentTextsApart) {
  std::set<std::string> slugs;
  const std::vector<std::string> texts = {"a b", "a-b", "A-B", "a_b", "a.b", "a--b", "a b ", ""};
  for (const std::string& text : texts) slugs.insert(FormatSlug(text));
  EXPECT_EQ(slugs.size(), texts.size());
}

// Names are kept in scripts: these values may never change.
TEST(FormatSlug, NeverChanges) { EXPECT_EQ(FormatSlug(""), "x-cbf29ce4"); }

TEST(FormatShareId, IsTheSameWhereTheProjectIsHidden) {
  Share share = MakeShare(MakeEndpoint("SITE-A"), "vo.access.egi.eu", "secret@domain");
  const std::string id = FormatShareId(share);
  const std::string key = HiddenProjectKey(share);
  EXPECT_THAT(key, MatchesRegex("#[0-9a-f]{8}"));
  share.project_key = key;
  EXPECT_EQ(FormatShareId(share), id);
  EXPECT_EQ(HiddenProjectKey(share), key);
  // Only that form stands in for a hash.
  for (const char* other : {"#0123456", "#012345678", "#0123456g", "0123456789"}) {
    share.project_key = other;
    EXPECT_THAT(FormatShareId(share), ::testing::Not(::testing::EndsWith(share.project_key)));
  }
}

TEST(FormatShareId, DistinguishesProjectsOfAVo) {
  const Endpoint endpoint = MakeEndpoint("SITE-A");
  const Share one = MakeShare(endpoint, "vo.access.egi.eu", "p1");
  const Share two = MakeShare(endpoint, "vo.access.egi.eu", "p2");
  EXPECT_NE(FormatShareId(one), FormatShareId(two));
  EXPECT_THAT(FormatShareId(one), StartsWith("vo-access-egi-eu-"));
  // What a crawl learns does not change the name.
  Share learned = one;
  learned.project_name = "Project";
  learned.support = VoSupport::kRefused;
  learned.endpoint.resolved_region = "R";
  EXPECT_EQ(FormatShareId(learned), FormatShareId(one));
}

// Every id of every text, next to the longest sites, hosts, VOs and projects.
TEST(ResourceIds, AreAtMost63BytesAndKeepDifferentItemsApart) {
  const std::string long_text(300, 'x');
  const std::string uuid = "3f2a9c10-1111-2222-3333-00000000001";
  std::vector<std::string> ids;
  for (const std::string& host :
       {std::string("k"), std::string("keystone.example.org"), long_text}) {
    const Endpoint endpoint = MakeEndpoint(long_text, absl::StrCat("https://", host, ":5000"), "R");
    ids.push_back(FormatEndpointId(endpoint));
    for (const std::string& vo : {std::string("ops"), std::string("vo.access.egi.eu"), long_text}) {
      const Share share = MakeShare(endpoint, vo, long_text);
      ids.push_back(FormatShareId(share));
      for (const std::string& id : {std::string("1"), uuid + "0", uuid + "1", long_text,
                                    long_text + "y", std::string("A/") + long_text}) {
        ids.push_back(FormatShareItemId(share, id));
        if (vo == "ops") ids.push_back(FormatEndpointItemId(endpoint, id));
      }
    }
  }
  ids.push_back(FormatSlug(long_text));
  for (const std::string& id : ids) {
    EXPECT_LE(id.size(), kMaxResourceIdBytes) << id;
    EXPECT_THAT(id, MatchesRegex(kIdForm));
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

// Names are kept in scripts: short ones are what they were before there was a bound.
TEST(ResourceIds, ShortOnesKeepTheirFormAndLongOnesLeadToTheirNewOne) {
  const Endpoint endpoint = MakeEndpoint("SITE-A", "https://keystone.example.org:5000", "R");
  EXPECT_EQ(FormatEndpointItemId(endpoint, "m1-small"),
            absl::StrCat(FormatEndpointId(endpoint), "--m1-small"));
  const std::string uuid = "3f2a9c10-1111-2222-3333-000000000010";
  const std::string long_id = absl::StrCat(FormatEndpointId(endpoint), "--", uuid);
  ASSERT_EQ(long_id.size(), 65u);
  const std::string id = FormatEndpointItemId(endpoint, uuid);
  EXPECT_THAT(id,
              MatchesRegex("keystone-example-org-[0-9a-f]{6}--3f2a9c10-1111-2222-33-[0-9a-f]{12}"));
  EXPECT_THAT(id, StartsWith(long_id.substr(0, 50)));
  const auto parsed = ParseResourceName(absl::StrCat("sites/site-a/images/", long_id), "images");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->id, id);
}

TEST(FormatEndpointId, DistinguishesRegions) {
  const Endpoint one = MakeEndpoint("SITE-A", "https://keystone.example.org:5000", "R1");
  const Endpoint two = MakeEndpoint("SITE-A", "https://keystone.example.org:5000", "R2");
  EXPECT_NE(FormatEndpointId(one), FormatEndpointId(two));
  EXPECT_THAT(FormatEndpointId(one), MatchesRegex("keystone-example-org-[0-9a-f]+"));
}

TEST(ParseResourceName, ReadsWhatWasFormatted) {
  const Share share = MakeShare("SITE-A", "vo");
  const Endpoint& endpoint = share.endpoint;
  const struct {
    std::string name;
    std::string collection;
  } kNames[] = {
      {FormatSiteName("SITE-A"), "sites"},
      {FormatVoName("vo.access.egi.eu"), "vos"},
      {FormatCrawlName(12), "crawls"},
      {FormatEndpointName(endpoint), "endpoints"},
      {FormatShareName(share), "shares"},
      {FormatFlavorName(endpoint, "Weird/Id"), "flavors"},
      {FormatImageName(endpoint, "3f2a9c10-1111-2222-3333-000000000010"), "images"},
      {FormatNetworkName(share, ""), "networks"},
  };
  for (const auto& [name, collection] : kNames) {
    const absl::StatusOr<ParsedName> parsed = ParseResourceName(name, collection);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->collection, collection);
    const bool is_top = collection == "vos" || collection == "crawls";
    EXPECT_EQ(parsed->site_id, is_top ? "" : FormatSlug("SITE-A"));
    EXPECT_EQ(name.substr(name.rfind('/') + 1), parsed->id);
  }
}

TEST(ParseResourceName, TakesTheWildcardSite) {
  const absl::StatusOr<ParsedName> parsed = ParseResourceName("sites/-/flavors/f", "flavors");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->site_id, "-");
}

TEST(ParseResourceName, RefusesOtherFormsAndNamesTheRightOne) {
  for (const char* text : {"", "sites", "sites/", "sites/a/flavors", "sites/a/flavors/",
                           "sites/A/flavors/f", "sites/a/images/f", "sites/a/flavors/f/x",
                           "/sites/a/flavors/f", "sites//flavors/f", "sites/a/flavors/f "}) {
    const absl::Status status = ParseResourceName(text, "flavors").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), HasSubstr("\"" + std::string(text) + "\""));
    EXPECT_THAT(status.message(), HasSubstr("sites/{site}/flavors/{flavor}"));
  }
  EXPECT_THAT(ParseResourceName("vo/x", "vos").status().message(), HasSubstr("vos/{vo}"));
}

}  // namespace
}  // namespace cis
