// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "crawler/commands/lock_file.h"
#include "crawler/crawl/configuration.h"
#include "crawler/report/status_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CatalogBuilder TwoShares() {
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").Select("SITE-B", "ops");
  return builder;
}

StatusReport ReportAt(const CatalogBuilder& builder, absl::Duration age) {
  return BuildStatusReport(builder.Build(), TestTime() + age, {});
}

// A kind that fails since `failing` after TestTime().
KindState Failing(Kind kind, ErrorClass error, absl::Duration failing, int64_t count) {
  KindState state = MakeKindState(kind);
  state.error = error;
  state.error_message = "images: HTTP 503 |\nfrom https://b";
  state.failing_since = TestTime() + failing;
  state.attempt_time = TestTime() + failing;
  state.failure_count = count;
  return state;
}

TEST(StatusReport, FreshSharesAreOk) {
  const StatusReport report = ReportAt(TwoShares(), absl::Hours(3));
  EXPECT_EQ(report.level, 0);
  EXPECT_EQ(report.line,
            "CIS OK - 2 shares fresh, the oldest data is 3 h old | shares=2;;;0 fresh=2;;;0;2 "
            "not_fresh=0;;;0;2 stale=0;;;0;2 expired=0;;;0;2 backing_off=0;;;0;2 downtime=0;;;0;2 "
            "oldest=10800s;93600;1209600;0");
}

// If a site refuses a listing, that is its own affair; a listing that fails is reported, and
// changes no level.
TEST(StatusReport, ListingsThatFailAreSaid) {
  CatalogBuilder builder;
  KindState networks = MakeKindState(Kind::kNetworks);
  networks.remarks = {"routers: HTTP 403: not allowed; routers stay unknown"};
  builder.Select("SITE-A", "ops").SetKind(networks);
  EXPECT_THAT(BuildStatusReport(builder.Build(), TestTime(), {}).line,
              Not(HasSubstr("optional listings")));
  networks.remarks.push_back("ports: HTTP 500; which addresses are in use stays unknown");
  builder.Select("SITE|B", "ops").SetKind(networks);
  const StatusReport report = BuildStatusReport(builder.Build(), TestTime(), {});
  EXPECT_EQ(report.level, 0);
  EXPECT_THAT(report.line, HasSubstr("old; optional listings fail at 1 site (SITE B) | shares="));
}

TEST(StatusReport, FailedAttemptWarnsBeforeTheDataAreOld) {
  CatalogBuilder builder = TwoShares();
  builder.SetKind(Failing(Kind::kImages, ErrorClass::kServer, absl::Hours(1), 2));
  const StatusReport report = ReportAt(builder, absl::Hours(3));
  EXPECT_EQ(report.level, 1);
  EXPECT_THAT(report.line, StartsWith("CIS WARNING - 1 of 2 shares not fresh: SITE-B 1 (images "
                                      "server for 2 h, data 3 h old) | shares=2;;;0 fresh=1"));
}

TEST(StatusReport, NamesOfSitesEndNeitherTheLineNorItsWords) {
  CatalogBuilder builder;
  builder.Select("SITE|\nCIS OK - ", "ops");
  builder.SetKind(Failing(Kind::kAuth, ErrorClass::kConnect, absl::Hours(1), 2));
  const StatusReport report = ReportAt(builder, absl::Hours(3));
  EXPECT_EQ(report.line.find('\n'), std::string::npos);
  EXPECT_EQ(report.line.find('|'), report.line.rfind('|')) << "one mark before the numbers";
}

TEST(StatusReport, OldDataWithoutAnErrorWarnToo) {
  CatalogBuilder builder = TwoShares();
  builder.SetKind(MakeKindState(Kind::kFlavors, TestTime() - absl::Hours(30)));
  const StatusReport report = ReportAt(builder, absl::Hours(1));
  EXPECT_EQ(report.level, 1);
  EXPECT_THAT(report.line, HasSubstr("SITE-B 1 (data 31 h old)"));
}

TEST(StatusReport, AllSharesStaleIsCritical) {
  const StatusReport report = ReportAt(TwoShares(), absl::Hours(27));
  EXPECT_EQ(report.level, 2);
  EXPECT_THAT(report.line, StartsWith("CIS CRITICAL - 2 of 2"));
}

TEST(StatusReport, ExpiredDataAreNamed) {
  CatalogBuilder builder = TwoShares();
  builder.SetKind(MakeKindState(Kind::kFlavors, TestTime() - absl::Hours(24 * 20)));
  const StatusReport report = ReportAt(builder, absl::Hours(1));
  EXPECT_EQ(report.level, 1);
  EXPECT_THAT(report.line,
              AllOf(HasSubstr("SITE-B 1 (data 20 d old, expired)"), HasSubstr(" expired=1;")));
}

TEST(StatusReport, TheNextAttemptIsShownForABackedOffEndpoint) {
  CatalogBuilder builder = TwoShares();
  KindState login = Failing(Kind::kAuth, ErrorClass::kTimeout, -absl::Hours(96), 5);
  login.attempt_time = TestTime();
  builder.SetKind(login);
  EXPECT_THAT(
      ReportAt(builder, absl::Hours(1)).line,
      AllOf(HasSubstr("SITE-B 1 (auth timeout for 4 d, data 60 min old, backing off, next attempt "
                      "in 23 h)"),
            HasSubstr(" backing_off=1;")));
}

TEST(StatusReport, AnAnnouncedOutageIsShownAndIsNoWarning) {
  CatalogBuilder builder = TwoShares();
  builder.SetKind(Failing(Kind::kAuth, ErrorClass::kConnect, absl::Hours(1), 1));
  Registry registry;
  Downtime downtime;
  downtime.site_name = "SITE-B";
  downtime.service_type = std::string(kCloudServiceType);
  downtime.keystone_urls = {TestKeystoneUrl("SITE-B")};
  downtime.is_outage = true;
  downtime.start = TestTime();
  downtime.end = TestTime() + absl::Hours(10);
  registry.downtimes.push_back(downtime);
  builder.SetRegistry(registry);
  const StatusReport during = ReportAt(builder, absl::Hours(3));
  EXPECT_EQ(during.level, 0);
  EXPECT_THAT(during.line,
              AllOf(StartsWith("CIS OK - 1 of 2 shares not fresh: 1 in announced outages |"),
                    HasSubstr(" downtime=1;")));
  EXPECT_EQ(ReportAt(builder, absl::Hours(11)).level, 1) << "it is over and the site still fails";
  EXPECT_EQ(ReportAt(builder, absl::Hours(30)).level, 2);
}

TEST(StatusReport, ManySitesFitALine) {
  CatalogBuilder builder;
  for (int i = 0; i < 40; ++i) {
    builder.Select(absl::StrCat("A-SITE-OF-A-LONG-NAME-", i), "ops");
    builder.SetKind(Failing(Kind::kAuth, ErrorClass::kConnect, absl::Hours(1), 1));
  }
  const StatusReport report = ReportAt(builder, absl::Hours(3));
  EXPECT_THAT(report.line, HasSubstr(", and 35 more sites | "));
  EXPECT_LT(report.line.size(), 1024U) << "what NRPE takes by default";
}

TEST(StatusReport, ShareThatWasNeverFetchedIsStale) {
  CatalogBuilder builder = TwoShares();
  builder.share().kinds.clear();
  const StatusReport report = ReportAt(builder, absl::Hours(1));
  EXPECT_EQ(report.level, 1);
  EXPECT_THAT(report.line, HasSubstr("data never fetched"));
}

TEST(StatusReport, UnconfiguredSharesDoNotCount) {
  CatalogBuilder builder = TwoShares();
  builder.share().kinds.clear();
  builder.share().share.configured = false;
  EXPECT_EQ(ReportAt(builder, absl::Hours(1)).level, 0);
}

TEST(StatusReport, NothingKnownIsUnknown) {
  EXPECT_EQ(BuildStatusReport(Catalog{}, TestTime(), {}).level, 3);
}

TEST(LockFile, ASecondHolderIsRefusedUntilTheFirstIsDone) {
  const TempDir dir;
  const std::string path = dir.File("cis.db.lock");
  {
    const auto first = LockFile::Acquire(path);
    ASSERT_TRUE(first.ok()) << first.status();
    const auto second = LockFile::Acquire(path);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kAborted);
    EXPECT_THAT(std::string(second.status().message()), HasSubstr(path));
  }
  EXPECT_TRUE(LockFile::Acquire(path).ok());
  EXPECT_EQ(LockFile::Acquire(dir.File("absent/x.lock")).status().code(),
            absl::StatusCode::kNotFound);
}

Share RegionShare(absl::string_view region) {
  return MakeShare(MakeEndpoint("SITE-A", "", region), "ops");
}

TEST(CrawlConfiguration, SplitShareStandsForItsRegions) {
  CrawlConfiguration configuration({MakeSite("SITE-A")}, {RegionShare("")}, nullptr, true);
  ASSERT_EQ(configuration.shares().size(), 1U);
  EXPECT_TRUE(configuration.Split(RegionShare(""), {"A", "B"}));
  EXPECT_FALSE(configuration.Split(RegionShare(""), {"A", "B"})) << "nothing new";
  ASSERT_EQ(configuration.shares().size(), 2U);
  EXPECT_EQ(configuration.shares()[1].endpoint.region, "B");
  EXPECT_TRUE(configuration.Merge(RegionShare("")));
  EXPECT_FALSE(configuration.Merge(RegionShare("")));
  EXPECT_EQ(configuration.shares().size(), 1U);
}

TEST(CrawlConfiguration, KnownRegionsAreKeptUntilTheLoginSaysOtherwise) {
  const Catalog known = CatalogBuilder().Select(RegionShare("A")).Select(RegionShare("B")).Build();
  const CrawlConfiguration configuration({MakeSite("SITE-A")}, {RegionShare("")}, &known, true);
  ASSERT_EQ(configuration.shares().size(), 2U);
  EXPECT_EQ(configuration.shares()[0].endpoint.region, "A");
}

TEST(CrawlConfiguration, ConfiguredRegionsAreNoSplit) {
  const Catalog known = CatalogBuilder().Select(RegionShare("A")).Build();
  const CrawlConfiguration configuration({MakeSite("SITE-A")}, {RegionShare("A")}, &known, true);
  ASSERT_EQ(configuration.shares().size(), 1U);
  EXPECT_EQ(configuration.shares()[0].endpoint.region, "A");
}

TEST(CrawlConfiguration, OnlyACompleteOneRemovesSites) {
  const Catalog known = CatalogBuilder().Select("SITE-OLD", "ops").Build();
  const CrawlConfiguration partial({MakeSite("SITE-A")}, {}, &known, false);
  EXPECT_EQ(partial.sites().size(), 1U);
  const CrawlConfiguration complete({MakeSite("SITE-A")}, {}, &known, true);
  ASSERT_EQ(complete.sites().size(), 2U);
  EXPECT_EQ(complete.sites()[1].name, "SITE-OLD");
  EXPECT_FALSE(complete.sites()[1].configured);
}

}  // namespace
}  // namespace cis::crawler
