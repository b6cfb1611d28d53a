// SPDX-License-Identifier: Apache-2.0
#include "schema/model/fields.h"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis {
namespace {

using ::testing::Contains;

template <typename Record>
void ExpectOnce() {
  std::set<absl::string_view> members;
  std::set<absl::string_view> columns;
  std::set<absl::string_view> names;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    EXPECT_TRUE(members.insert(field.info.member).second) << field.info.member;
    EXPECT_TRUE(columns.insert(field.info.column).second) << field.info.column;
    if (field.info.name.empty()) {
      EXPECT_FALSE(field.info.Has(kListed)) << field.info.member << " is listed without a name";
      return;
    }
    EXPECT_TRUE(names.insert(field.info.name).second) << field.info.name;
  });
  EXPECT_FALSE(members.empty());
}

TEST(Fields, EachHasOneMemberColumnAndName) {
  ExpectOnce<Site>();
  ExpectOnce<Endpoint>();
  ExpectOnce<Share>();
  ExpectOnce<KindState>();
  ExpectOnce<Document>();
  ExpectOnce<Flavor>();
  ExpectOnce<Image>();
  ExpectOnce<Network>();
  ExpectOnce<Subnet>();
  ExpectOnce<Router>();
  ExpectOnce<FloatingIp>();
  ExpectOnce<SubnetPool>();
  ExpectOnce<AvailabilityZone>();
  ExpectOnce<VolumeType>();
  ExpectOnce<Quota>();
  ExpectOnce<OfferedProject>();
  ExpectOnce<RegistryState>();
  ExpectOnce<RegistrySite>();
  ExpectOnce<RegistryService>();
  ExpectOnce<Downtime>();
  ExpectOnce<SiteProblem>();
  ExpectOnce<Crawl>();
  ExpectOnce<CrawlResult>();
}

// An instant is a number in the database, and its column's name has the unit.
template <typename Record>
void ExpectMicroseconds() {
  DescribeFields(OfRecord<Record>(), [](const auto& field) {
    using Member = std::remove_cvref_t<decltype(std::declval<Record>().*field.member)>;
    EXPECT_EQ((std::is_same_v<Member, absl::Time>), absl::EndsWith(field.info.column, "_us"))
        << field.info.column;
  });
}

TEST(Fields, ColumnsOfTimesEndWithTheirUnit) {
  ExpectMicroseconds<Share>();
  ExpectMicroseconds<KindState>();
  ExpectMicroseconds<Image>();
  ExpectMicroseconds<Crawl>();
  ExpectMicroseconds<Downtime>();
  ExpectMicroseconds<SiteProblem>();
}

TEST(Fields, WhatFollowsFromTheUnknownIsUnknown) {
  Flavor flavor;
  Image image;
  Network network;
  EXPECT_FALSE(IsDiskKnown(flavor));
  EXPECT_FALSE(IsStatusKnown(image));
  EXPECT_TRUE(IsUseKnown(network));
  flavor.disk_gib = 0;
  image.status = "active";
  network.provenance.confidence = {{"usable_as", Confidence::kUnknown}};
  EXPECT_TRUE(IsDiskKnown(flavor));
  EXPECT_TRUE(IsStatusKnown(image));
  EXPECT_FALSE(IsUseKnown(network));
}

TEST(WordSet, TakesAWordAsTheApiAndAsPeopleWriteIt) {
  for (const char* text :
       {"floating-pool", "Floating-Pool", "FLOATING_POOL", "NETWORK_USE_FLOATING_POOL",
        "network_use_floating_pool", "network-use-floating-pool"}) {
    const absl::string_view* word = kNetworkUseWords.Find(text);
    ASSERT_NE(word, nullptr) << text;
    EXPECT_EQ(*word, "floating-pool") << text;
  }
  for (const char* text :
       {"", "floating", "floating-pools", "NETWORK_USE_", "NETWORK_USE_UNSPECIFIED",
        "GPU_KIND_NONE", "NETWORK_USE_NETWORK_USE_NONE"}) {
    EXPECT_EQ(kNetworkUseWords.Find(text), nullptr) << text;
  }
}

TEST(Words, AreThoseOfTheEnumerations) {
  for (const NetworkUse use :
       {NetworkUse::kNone, NetworkUse::kFloatingPool, NetworkUse::kDirect, NetworkUse::kTenant}) {
    EXPECT_THAT(kNetworkUseWords.words, Contains(FormatNetworkUse(use)));
  }
  for (const Kind kind : kAllKinds) EXPECT_THAT(kDataKindWords.words, Contains(FormatKind(kind)));
  for (int i = 1; i <= static_cast<int>(ErrorClass::kBackingOff); ++i) {
    EXPECT_THAT(kErrorClassWords.words, Contains(FormatErrorClass(static_cast<ErrorClass>(i))));
  }
}

// The codes of problems are defined where they are found; all of them are in the list.
TEST(Words, HaveEveryCodeOfAProblem) {
  const std::regex code("\"([A-Z]+(_[A-Z]+)+)\"");
  int count = 0;
  for (const char* path : {"crawler/registry/site_problems.cc", "server/service/summary.cc"}) {
    std::ifstream file(absl::StrCat(CIS_SOURCE_DIR, "/", path));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator it(text.begin(), text.end(), code), end; it != end; ++it) {
      ++count;
      const std::string found = (*it)[1].str();
      EXPECT_NE(kSiteProblemCodeWords.Find(found), nullptr) << path << " " << found;
    }
  }
  EXPECT_GE(count, 20);
}

}  // namespace
}  // namespace cis
