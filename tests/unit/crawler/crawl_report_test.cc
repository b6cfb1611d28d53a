#include "crawler/configuration.h"
#include "crawler/lock_file.h"
#include "crawler/report/status_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace cis {
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
  return BuildStatusReport(builder.Build(), TestTime() + age, absl::Hours(26));
}

TEST(StatusReport, FreshSharesAreOk) {
  const StatusReport report = ReportAt(TwoShares(), absl::Hours(3));
  EXPECT_EQ(report.level, 0);
  EXPECT_THAT(report.line, AllOf(StartsWith("CIS OK - 2 shares"), HasSubstr("3h old"),
                                 HasSubstr("| shares=2 not_fresh=0 stale=0 oldest=10800s;93600")));
}

TEST(StatusReport, FailedAttemptWarnsBeforeTheDataAreOld) {
  CatalogBuilder builder = TwoShares();
  KindState state = MakeKindState(Kind::kImages);
  state.error = ErrorClass::kServer;
  state.error_message = "images: HTTP 503 |\nfrom https://b";
  state.failing_since = TestTime() + absl::Hours(1);
  state.failure_count = 2;
  builder.SetKind(state);
  const StatusReport report = ReportAt(builder, absl::Hours(3));
  EXPECT_EQ(report.level, 1);
  EXPECT_THAT(
      report.line,
      AllOf(StartsWith("CIS WARNING - 1 of 2"), HasSubstr("SITE-B ops"),
            HasSubstr("images server, data 3h old, failing for 2h (2x): images: HTTP 503")));
  EXPECT_EQ(report.line.find('\n'), std::string::npos);
  EXPECT_EQ(report.line.find('|'), report.line.rfind('|')) << "one mark before the numbers";
}

TEST(StatusReport, OldDataWithoutAnErrorWarnToo) {
  CatalogBuilder builder = TwoShares();
  builder.SetKind(MakeKindState(Kind::kFlavors, TestTime() - absl::Hours(30)));
  EXPECT_EQ(ReportAt(builder, absl::Hours(1)).level, 1);
}

TEST(StatusReport, AllSharesStaleIsCritical) {
  const StatusReport report = ReportAt(TwoShares(), absl::Hours(27));
  EXPECT_EQ(report.level, 2);
  EXPECT_THAT(report.line, StartsWith("CIS CRITICAL - 2 of 2"));
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
  EXPECT_EQ(BuildStatusReport(Catalog{}, TestTime(), absl::Hours(1)).level, 3);
}

TEST(LockFile, SecondHolderIsToldAndMayComeAfterTheFirst) {
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
}  // namespace cis
