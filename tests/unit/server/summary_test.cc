// SPDX-License-Identifier: Apache-2.0
#include "server/service/summary.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/model/resource_name.h"
#include "tests/unit/server/service_fixture.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

KindState Failed(Kind kind, ErrorClass error, absl::string_view message) {
  KindState state = MakeKindState(kind);
  state.attempt_time = TestTime() + absl::Minutes(30);
  state.error = error;
  state.error_message = std::string(message);
  return state;
}

const SiteIndex& Index(const Snapshot& snapshot, absl::string_view site) {
  return *snapshot.FindSiteIndex(FormatSlug(site));
}

std::vector<std::string> Sentences(const RequestContext& context, const Snapshot& snapshot,
                                   absl::string_view site) {
  std::vector<std::string> sentences;
  for (const SiteProblem& problem : FindProblems(context, snapshot, Index(snapshot, site))) {
    sentences.push_back(problem.message);
  }
  return sentences;
}

TEST(SiteSummary, TheWorstShareCounts) {
  CatalogBuilder builder = TestCatalog();
  builder.Select("CESGA-CLOUD", "ops").SetKind(Failed(Kind::kImages, ErrorClass::kTimeout, "slow"));
  const auto snapshot = Snapshot::Build(builder.Build());
  const SiteSummary summary =
      SummarizeSite(TestContext(), *snapshot, Index(*snapshot, "CESGA-CLOUD"));
  EXPECT_EQ(summary.state, DataState::kStale);
  EXPECT_EQ(summary.share_count, 2);
  EXPECT_EQ(summary.share_counts.at(DataState::kFresh), 1);
  EXPECT_EQ(summary.share_counts.at(DataState::kStale), 1);
  EXPECT_EQ(summary.observe_time, TestTime());
}

TEST(SiteSummary, AClassOfErrorHasItsSharesKindsAndTheOldestMessage) {
  CatalogBuilder builder = TestCatalog();
  KindState images = Failed(Kind::kImages, ErrorClass::kTimeout, "the first");
  images.failing_since = TestTime() + absl::Minutes(10);
  KindState flavors = Failed(Kind::kFlavors, ErrorClass::kTimeout, "a later one");
  flavors.failing_since = TestTime() + absl::Minutes(20);
  builder.Select("CESGA-CLOUD", "ops").SetKind(flavors).SetKind(images);
  builder.Select("CESGA-CLOUD", "vo.access.egi.eu").SetKind(flavors);
  const auto snapshot = Snapshot::Build(builder.Build());
  const SiteSummary summary =
      SummarizeSite(TestContext(), *snapshot, Index(*snapshot, "CESGA-CLOUD"));
  const ErrorSummary& error = summary.errors.at(ErrorClass::kTimeout);
  EXPECT_EQ(error.kind_count, 3);
  EXPECT_EQ(error.share_count, 2);
  EXPECT_THAT(error.kinds, ElementsAre(Kind::kFlavors, Kind::kImages));
  EXPECT_EQ(error.error_message, "the first");
  EXPECT_EQ(error.failing_since, images.failing_since);
}

TEST(SiteSummary, AShareThatIsNotConfiguredDoesNotCount) {
  Share gone = MakeShare("CESGA-CLOUD", "gone");
  gone.configured = false;
  KindState never;
  never.kind = Kind::kImages;
  CatalogBuilder builder = TestCatalog();
  builder.Select(gone).SetKind(never);
  const auto snapshot = Snapshot::Build(builder.Build());
  const SiteSummary summary =
      SummarizeSite(TestContext(), *snapshot, Index(*snapshot, "CESGA-CLOUD"));
  EXPECT_EQ(summary.state, DataState::kFresh);
  EXPECT_THAT(summary.vos, ElementsAre("ops", "vo.access.egi.eu"));
}

TEST(SiteSummary, ASiteWithoutSharesHasNoData) {
  const auto snapshot = Snapshot::Build(CatalogBuilder().SetSite(MakeSite("EMPTY")).Build());
  const SiteIndex& site = Index(*snapshot, "EMPTY");
  EXPECT_EQ(SummarizeSite(TestContext(), *snapshot, site).state, DataState::kMissing);
  EXPECT_EQ(SummarizeSite(TestContext(), *snapshot, site).observe_time, absl::InfinitePast());
  EXPECT_THAT(Sentences(TestContext(), *snapshot, "EMPTY"),
              ElementsAre("no VO is configured at this site"));
  EXPECT_FALSE(HasUsableData(TestContext(), site, kAllKinds));
}

TEST(Problems, ThereAreNoneIfAllIsFresh) {
  EXPECT_THAT(Sentences(TestContext(), *TestSnapshot(), "CESGA-CLOUD"), IsEmpty());
}

TEST(Problems, KindsThatFailAlikeAreOneSentence) {
  CatalogBuilder builder = TestCatalog();
  KindState images = Failed(Kind::kImages, ErrorClass::kTimeout, "no answer from glance after 30s");
  images.failing_since = TestTime() + absl::Minutes(10);
  images.failure_count = 2;
  KindState networks = images;
  networks.kind = Kind::kNetworks;
  networks.failing_since = TestTime() + absl::Minutes(20);
  networks.failure_count = 1;
  builder.Select("CESGA-CLOUD", "ops")
      .SetKind(images)
      .SetKind(networks)
      .SetKind(Failed(Kind::kQuotas, ErrorClass::kForbidden, "403"));
  const auto snapshot = Snapshot::Build(builder.Build());
  EXPECT_THAT(
      Sentences(TestContext(), *snapshot, "CESGA-CLOUD"),
      ElementsAre("ops: images, networks not refreshed since 2026-01-02 03:04 UTC: timeout since "
                  "2026-01-02 03:14 UTC (2 attempts): no answer from glance after 30s",
                  "ops: quotas not refreshed since 2026-01-02 03:04 UTC: forbidden: 403"));
}

TEST(Problems, NameDataThatAreOldNeverReadOrSkipped) {
  KindState never;
  never.kind = Kind::kAuth;
  never.error = ErrorClass::kAuth;
  never.error_message = "401";
  KindState skipped = MakeKindState(Kind::kFlavors);
  skipped.skipped_count = 2;
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").SetKind(never).SetKind(skipped);
  const auto snapshot = Snapshot::Build(builder.Build());
  RequestContext context = TestContext();
  EXPECT_THAT(Sentences(context, *snapshot, "SITE-A"),
              ElementsAre("ops: 2 flavors could not be read", "ops: auth never read: auth: 401"));
  context.now = TestTime() + absl::Hours(30);
  EXPECT_THAT(Sentences(context, *snapshot, "SITE-A"),
              ::testing::Contains("ops: flavors, images, networks, quotas not refreshed since "
                                  "2026-01-02 03:04 UTC"));
}

TEST(Problems, NameTheEndpointIfThereAreSeveral) {
  CatalogBuilder builder;
  builder.Select(MakeShare(MakeEndpoint("SITE-A", "https://one.example.org"), "ops"))
      .SetKind(Failed(Kind::kImages, ErrorClass::kDns, "unknown host"))
      .Select(MakeShare(MakeEndpoint("SITE-A", "https://two.example.org", "R2"), "ops"));
  const auto snapshot = Snapshot::Build(builder.Build());
  const std::vector<std::string> problems = Sentences(TestContext(), *snapshot, "SITE-A");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], HasSubstr("ops at https://one.example.org region RegionOne: images"));
}

TEST(VoSummary, CountsSharesAndLogins) {
  Share refused = MakeShare("SITE-B", "ops");
  refused.support = VoSupport::kRefused;
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").Select(refused).Select("SITE-A", "biomed");
  const std::vector<VoSummary> vos = SummarizeVos(*Snapshot::Build(builder.Build()));
  ASSERT_EQ(vos.size(), 2u);
  EXPECT_EQ(vos[0].vo, "biomed");
  EXPECT_EQ(vos[1].vo, "ops");
  EXPECT_EQ(vos[1].share_count, 2);
  EXPECT_EQ(vos[1].authenticated_share_count, 1);
  EXPECT_THAT(vos[1].site_names, ElementsAre("SITE-A", "SITE-B"));
}

TEST(VosOf, OnceEachThoughAVoHasTwoProjects) {
  const Endpoint endpoint = MakeEndpoint("SITE-A");
  Share gone = MakeShare(endpoint, "gone", "p3");
  gone.configured = false;
  CatalogBuilder builder;
  builder.Select(MakeShare(endpoint, "ops", "p1"))
      .AddFlavor(MakeFlavor("f"))
      .Select(MakeShare(endpoint, "ops", "p2"))
      .AddFlavor(MakeFlavor("f"))
      .Select(gone)
      .AddFlavor(MakeFlavor("f"));
  const auto snapshot = Snapshot::Build(builder.Build());
  EXPECT_THAT(VosOf(Index(*snapshot, "SITE-A").flavors()[0]), ElementsAre("ops"));
}

}  // namespace
}  // namespace cis::server
