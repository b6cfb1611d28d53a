// SPDX-License-Identifier: Apache-2.0

// What happens to known facts when sites change, fail or leave.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/store/listing_rows.h"
#include "schema/store/share_rows.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kHour = absl::Hours(1);

std::vector<std::string> VisibleFlavors(const EndpointCatalog& endpoint,
                                        const ShareCatalog& share) {
  std::vector<std::string> names;
  for (const int32_t index : share.flavor_indexes) {
    names.emplace_back(endpoint.flavors.items().at(static_cast<size_t>(index)).record.name);
  }
  return names;
}

NetworkSet NetworksOnly(std::vector<Network> networks) {
  NetworkSet set;
  set.networks = std::move(networks);
  return set;
}

TEST_F(StoreTest, FlavorThatIsNoLongerListedIsKeptInactive) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a"), MakeFlavor("b")}, TestTime());
  PutFlavors(share, {MakeFlavor("b")}, TestTime() + kHour);

  const Catalog catalog = Load();
  const EndpointCatalog& endpoint = OnlyEndpoint(catalog);
  ASSERT_THAT(endpoint.flavors, SizeIs(2));
  EXPECT_FALSE(endpoint.flavors[0].active);
  EXPECT_EQ(endpoint.flavors[0].record, MakeFlavor("a"));
  EXPECT_EQ(endpoint.flavors[0].last_seen, TestTime());
  EXPECT_TRUE(endpoint.flavors[1].active);
  EXPECT_EQ(endpoint.flavors[1].first_seen, TestTime());
  EXPECT_EQ(endpoint.flavors[1].last_seen, TestTime() + kHour);
  EXPECT_THAT(VisibleFlavors(endpoint, OnlyShare(catalog)), ElementsAre("b"));
}

TEST_F(StoreTest, ImageThatComesBackKeepsWhenItWasFirstSeen) {
  const Share share = MakeShare("SITE-A", "vo");
  PutImages(share, {MakeImage("u")}, TestTime());
  PutImages(share, {}, TestTime() + kHour);
  PutImages(share, {MakeImage("u")}, TestTime() + 2 * kHour);

  const Catalog catalog = Load();
  const Stored<Image>& image = OnlyEndpoint(catalog).images.items().at(0);
  EXPECT_TRUE(image.active);
  EXPECT_EQ(image.first_seen, TestTime());
  EXPECT_EQ(image.last_seen, TestTime() + 2 * kHour);
  EXPECT_THAT(OnlyShare(catalog).image_indexes, ElementsAre(0));
}

TEST_F(StoreTest, NetworkComesAndGoesPerShare) {
  const Share share = MakeShare("SITE-A", "vo");
  Network network = MakeNetwork("public", NetworkUse::kDirect);
  network.subnets = {MakeSubnet("s1", "192.0.2.0/24"), MakeSubnet("s2", "2001:db8::/64", 6)};
  PutNetworks(share, NetworksOnly({network}), TestTime());
  PutNetworks(share, {}, TestTime() + kHour);
  Stored<Network> stored = OnlyShare(Load()).networks.at(0);
  EXPECT_FALSE(stored.active);
  EXPECT_EQ(stored.last_seen, TestTime());
  EXPECT_EQ(stored.record, network);

  network.subnets.pop_back();
  PutNetworks(share, NetworksOnly({network}), TestTime() + 2 * kHour);
  stored = OnlyShare(Load()).networks.at(0);
  EXPECT_TRUE(stored.active);
  EXPECT_EQ(stored.first_seen, TestTime());
  EXPECT_EQ(stored.record, network);
}

TEST_F(StoreTest, RoutersFloatingIpsAndQuotasAreReplacedWhole) {
  const Share share = MakeShare("SITE-A", "vo");
  NetworkSet set;
  set.routers = {MakeRouter("r1", "ext", {"n1", "n2"}), MakeRouter("r2", "ext", {})};
  set.floating_ips = {MakeFloatingIp("f1", "ext", true), MakeFloatingIp("f2", "ext", false)};
  set.routers_known = true;
  PutNetworks(share, set);
  PutQuotas(share, {MakeQuota("cores", 20, 4), MakeQuota("instances", 10, 1)});
  EXPECT_THAT(OnlyShare(Load()).routers, SizeIs(2));

  set.routers.erase(set.routers.begin());
  set.floating_ips.clear();
  set.routers_known = false;
  PutNetworks(share, set);
  PutQuotas(share, {MakeQuota("cores", 40, 4)});
  const Catalog catalog = Load();
  const ShareCatalog& stored = OnlyShare(catalog);
  EXPECT_EQ(stored.routers, set.routers);
  EXPECT_THAT(stored.floating_ips, IsEmpty());
  EXPECT_FALSE(stored.routers_known);
  EXPECT_THAT(stored.quotas, ElementsAre(MakeQuota("cores", 40, 4)));
}

TEST_F(StoreTest, TwoSharesOfAnEndpointShareOneRowPerFlavor) {
  const Endpoint endpoint = MakeEndpoint("SITE-A");
  const Share a = MakeShare(endpoint, "vo.a");
  const Share b = MakeShare(endpoint, "vo.b");
  PutFlavors(a, {MakeFlavor("common"), MakeFlavor("only-a")});
  PutFlavors(b, {MakeFlavor("common"), MakeFlavor("only-b")});
  Catalog catalog = Load();
  EXPECT_THAT(OnlyEndpoint(catalog).flavors, SizeIs(3));
  EXPECT_THAT(VisibleFlavors(OnlyEndpoint(catalog), OnlyEndpoint(catalog).shares.at(0)),
              ElementsAre("common", "only-a"));
  EXPECT_THAT(VisibleFlavors(OnlyEndpoint(catalog), OnlyEndpoint(catalog).shares.at(1)),
              ElementsAre("common", "only-b"));

  // Active as long as one of them lists it.
  PutFlavors(a, {}, TestTime() + kHour);
  catalog = Load();
  EXPECT_TRUE(OnlyEndpoint(catalog).flavors.items().at(0).active);
  EXPECT_FALSE(OnlyEndpoint(catalog).flavors.items().at(1).active);
  EXPECT_THAT(OnlyEndpoint(catalog).shares.at(0).flavor_indexes, IsEmpty());
  PutFlavors(b, {}, TestTime() + kHour);
  EXPECT_FALSE(OnlyEndpoint(Load()).flavors.items().at(0).active);
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
}

TEST_F(StoreTest, LatestReportOfAFlavorWins) {
  const Endpoint endpoint = MakeEndpoint("SITE-A");
  PutFlavors(MakeShare(endpoint, "vo.a"), {MakeFlavor("f", 2)});
  PutFlavors(MakeShare(endpoint, "vo.b"), {MakeFlavor("f", 8)});
  EXPECT_EQ(OnlyEndpoint(Load()).flavors.items().at(0).record.vcpu_count, 8);
}

TEST_F(StoreTest, UnknownExtraSpecsDoNotReplaceKnownOnes) {
  const Endpoint endpoint = MakeEndpoint("SITE-A");
  Flavor gpu = MakeFlavor("gpu");
  gpu.extra_specs->Set("pci_passthrough:alias", "a100:1");
  gpu.gpu_count = 1;
  gpu.gpu_model = "A100";
  gpu.provenance.evidence = {{"gpu_count", "extra_specs", "a100:1"}};
  PutFlavors(MakeShare(endpoint, "vo.a"), {gpu});
  Flavor hidden = MakeFlavor("gpu", 16);
  hidden.extra_specs.reset();
  hidden.gpu_count.reset();
  PutFlavors(MakeShare(endpoint, "vo.b"), {hidden});

  const Flavor stored = OnlyEndpoint(Load()).flavors.items().at(0).record;
  Flavor expected = gpu;
  expected.vcpu_count = 16;
  EXPECT_EQ(stored, expected);

  // Having no GPU is a known fact, too.
  PutFlavors(MakeShare(endpoint, "vo.a"), {MakeFlavor("gpu")});
  EXPECT_EQ(OnlyEndpoint(Load()).flavors.items().at(0).record, MakeFlavor("gpu"));
}

TEST(KeepKnownSpecs, TakesTheReportIfNothingIsKnown) {
  Flavor reported = MakeFlavor("f", 4);
  reported.extra_specs.reset();
  Flavor stored = MakeFlavor("f", 2);
  stored.extra_specs.reset();
  EXPECT_EQ(KeepKnownSpecs(stored, reported), reported);
}

TEST_F(StoreTest, FailureKeepsTheLastGoodData) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a")}, TestTime());
  const auto fail = [&](absl::Duration after, ErrorClass error) {
    const absl::Status status = writer().RecordFailure(crawl_id(), share, Kind::kFlavors, error,
                                                       "no answer", TestTime() + after, 1);
    ASSERT_TRUE(status.ok()) << status;
  };
  fail(kHour, ErrorClass::kTimeout);
  fail(2 * kHour, ErrorClass::kServer);

  const Catalog catalog = Load();
  EXPECT_THAT(VisibleFlavors(OnlyEndpoint(catalog), OnlyShare(catalog)), ElementsAre("a"));
  KindState expected = MakeKindState(Kind::kFlavors, TestTime());
  expected.attempt_time = TestTime() + 2 * kHour;
  expected.error = ErrorClass::kServer;
  expected.error_message = "no answer";
  expected.failing_since = TestTime() + kHour;
  expected.failure_count = 2;
  EXPECT_EQ(StateOf(OnlyShare(catalog), Kind::kFlavors), expected);

  PutFlavors(share, {MakeFlavor("a")}, TestTime() + 3 * kHour);
  EXPECT_EQ(StateOf(OnlyShare(Load()), Kind::kFlavors),
            MakeKindState(Kind::kFlavors, TestTime() + 3 * kHour));
}

TEST_F(StoreTest, ErrorInsideReplaceRecordsKeepsThePreviousData) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a")});
  const int64_t generation = Load().generation;
  RecordSet records = MakeRecords(share, Kind::kFlavors, TestTime() + kHour);
  records.flavors = {MakeFlavor("b"), MakeFlavor("c")};
  records.flavors.back().id = "";  // breaks a rule of the schema after "b" was written
  const absl::Status status = writer().ReplaceRecords(
      crawl_id(), MakeObservation(share, Kind::kFlavors, TestTime() + kHour), records, 1);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
  EXPECT_THAT(status.message(), HasSubstr("SITE-A vo flavors"));

  const Catalog catalog = Load();
  EXPECT_EQ(catalog.generation, generation);
  EXPECT_THAT(VisibleFlavors(OnlyEndpoint(catalog), OnlyShare(catalog)), ElementsAre("a"));
}

TEST_F(StoreTest, RefusesRecordsOfAnotherShareKindOrCrawl) {
  const Share share = MakeShare("SITE-A", "vo");
  const Observation observation = MakeObservation(share, Kind::kImages, TestTime());
  EXPECT_EQ(writer()
                .ReplaceRecords(crawl_id(), observation,
                                MakeRecords(share, Kind::kFlavors, TestTime()), 1)
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      writer()
          .ReplaceRecords(crawl_id(), observation,
                          MakeRecords(MakeShare("SITE-A", "other"), Kind::kImages, TestTime()), 1)
          .code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(writer()
                .ReplaceRecords(crawl_id() + 1, observation,
                                MakeRecords(share, Kind::kImages, TestTime()), 1)
                .code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      writer()
          .RecordFailure(crawl_id(), share, Kind::kImages, ErrorClass::kNone, "", TestTime(), 1)
          .code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Load().sites, IsEmpty());
}

TEST_F(StoreTest, LoginTeachesProjectRegionAndSupport) {
  Share configured = MakeShare("SITE-A", "vo");
  configured.project_key = "";
  configured.project_id = "";
  configured.project_name = "";
  configured.support = VoSupport::kUnknown;
  configured.support_time = absl::InfinitePast();
  configured.endpoint.resolved_region = "";
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {configured}).ok());
  EXPECT_EQ(OnlyShare(Load()).share, configured);

  Share learned = configured;
  learned.project_id = "p1";
  learned.project_name = "vo-project";
  learned.endpoint.resolved_region = "RegionTwo";
  ASSERT_TRUE(writer().RecordLogin(crawl_id(), learned, TestTime(), 3).ok());
  // Tomorrow's configuration does not know it either.
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {configured}).ok());

  learned.support = VoSupport::kAuthenticated;
  learned.support_time = TestTime();
  const Catalog catalog = Load();
  EXPECT_EQ(OnlyShare(catalog).share, learned);
  EXPECT_EQ(StateOf(OnlyShare(catalog), Kind::kAuth), MakeKindState(Kind::kAuth));
}

TEST_F(StoreTest, RefusalIsRemembered) {
  Share share = MakeShare("SITE-A", "vo");
  ASSERT_TRUE(writer().RecordLogin(crawl_id(), share, TestTime(), 1).ok());
  share.support = VoSupport::kRefused;
  share.support_time = TestTime() + kHour;
  ASSERT_TRUE(writer()
                  .RecordFailure(crawl_id(), share, Kind::kAuth, ErrorClass::kForbidden, "403",
                                 TestTime() + kHour, 1)
                  .ok());
  // A later time-out does not change what is known about rights.
  share.support = VoSupport::kUnknown;
  ASSERT_TRUE(writer()
                  .RecordFailure(crawl_id(), share, Kind::kAuth, ErrorClass::kTimeout, "timeout",
                                 TestTime() + 2 * kHour, 1)
                  .ok());
  const Catalog catalog = Load();
  EXPECT_EQ(OnlyShare(catalog).share.support, VoSupport::kRefused);
  EXPECT_EQ(OnlyShare(catalog).share.support_time, TestTime() + kHour);
}

TEST_F(StoreTest, SharesThatTheConfigurationDropsKeepTheirData) {
  const Share kept = MakeShare("SITE-A", "vo.a");
  const Share dropped = MakeShare(MakeEndpoint("SITE-A", "https://old.example.org:5000"), "vo.b");
  const Share elsewhere = MakeShare("SITE-B", "vo.a");
  ASSERT_TRUE(writer()
                  .ReplaceConfiguration({MakeSite("SITE-A"), MakeSite("SITE-B")},
                                        {kept, dropped, elsewhere})
                  .ok());
  PutFlavors(dropped, {MakeFlavor("a")});
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {kept}).ok());

  const Catalog catalog = Load();
  ASSERT_THAT(catalog.sites, SizeIs(2));
  const SiteCatalog& site = *catalog.sites[0];
  ASSERT_THAT(site.endpoints, SizeIs(2));
  EXPECT_EQ(site.endpoints[0].endpoint.keystone_url, "https://old.example.org:5000");
  EXPECT_FALSE(site.endpoints[0].endpoint.configured);
  EXPECT_FALSE(site.endpoints[0].shares.at(0).share.configured);
  EXPECT_THAT(site.endpoints[0].shares.at(0).flavor_indexes, SizeIs(1));
  EXPECT_TRUE(site.endpoints[1].shares.at(0).share.configured);
  EXPECT_TRUE(catalog.sites[1]->endpoints.at(0).shares.at(0).share.configured);
}

TEST_F(StoreTest, RetiredSiteKeepsItsData) {
  ASSERT_TRUE(
      writer().ReplaceConfiguration({MakeSite("SITE-A")}, {MakeShare("SITE-A", "vo")}).ok());
  Site retired = MakeSite("SITE-A");
  retired.configured = false;
  ASSERT_TRUE(writer().ReplaceConfiguration({retired}, {}).ok());
  const Catalog catalog = Load();
  EXPECT_EQ(catalog.sites.at(0)->site, retired);
  EXPECT_FALSE(OnlyShare(catalog).share.configured);
}

TEST_F(StoreTest, SameConfigurationAgainChangesNothing) {
  const Share share = MakeShare("SITE-A", "vo");
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {share}).ok());
  const Catalog before = Load();
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {share}).ok());
  const Catalog after = Load(&before);
  EXPECT_EQ(after.generation, before.generation);
  EXPECT_EQ(after.sites.at(0), before.sites.at(0));
}

TEST_F(StoreTest, RenormalizeReplacesRowsButNoTimesAndNoHistory) {
  const Share share = MakeShare("SITE-A", "vo");
  PutImages(share, {MakeImage("a", "unknown"), MakeImage("b")});
  const Catalog before = Load();
  RecordSet records = MakeRecords(share, Kind::kImages, TestTime());
  records.images = {MakeImage("a", "debian", "12")};
  records.skipped_count = 1;
  int64_t call_count = 0;
  const absl::Status status = writer().ForEachObservation([&](const Observation& observation) {
    ++call_count;
    return writer().Renormalize(observation, records);
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(call_count, 1);

  const Catalog after = Load();
  EXPECT_EQ(after.crawl_results, before.crawl_results);
  EXPECT_GT(after.generation, before.generation);
  const EndpointCatalog& endpoint = OnlyEndpoint(after);
  EXPECT_EQ(endpoint.images.items().at(0).record.os_distro, "debian");
  EXPECT_EQ(endpoint.images.items().at(0).last_seen, TestTime());
  EXPECT_FALSE(endpoint.images.items().at(1).active);
  KindState expected = MakeKindState(Kind::kImages);
  expected.skipped_count = 1;
  EXPECT_EQ(StateOf(OnlyShare(after), Kind::kImages), expected);
}

TEST_F(StoreTest, RenormalizeRefusesAnObservationThatACrawlReplaced) {
  const Share share = MakeShare("SITE-A", "vo");
  PutImages(share, {MakeImage("a")}, TestTime() + kHour);
  EXPECT_EQ(writer()
                .Renormalize(MakeObservation(share, Kind::kImages, TestTime()),
                             MakeRecords(share, Kind::kImages, TestTime()))
                .code(),
            absl::StatusCode::kAborted);
  EXPECT_THAT(OnlyShare(Load()).image_indexes, SizeIs(1));
}

TEST_F(StoreTest, ForEachObservationGivesTheNewestOldestFirstAndStopsAtAnError) {
  const Share a = MakeShare("SITE-A", "vo");
  const Share b = MakeShare("SITE-B", "vo");
  PutImages(a, {}, TestTime());
  PutFlavors(b, {}, TestTime() + kHour);
  PutImages(a, {}, TestTime() + 2 * kHour);
  std::vector<std::string> seen;
  const absl::Status status = writer().ForEachObservation([&](const Observation& observation) {
    seen.push_back(observation.share.endpoint.site_name);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(seen, ElementsAre("SITE-B", "SITE-A"));
  EXPECT_EQ(writer().ForEachObservation(
                [](const Observation&) { return absl::CancelledError("enough"); }),
            absl::CancelledError("enough"));
}

TEST_F(StoreTest, HistoryIsBounded) {
  const Share share = MakeShare("SITE-A", "vo");
  int64_t last_id = 0;
  for (int i = 0; i < kMaxCrawls + 5; ++i) {
    last_id = BeginCrawl(TestTime() + i * kHour);
    ASSERT_TRUE(writer().RecordLogin(last_id, share, TestTime() + i * kHour, 1).ok());
  }
  const Catalog catalog = Load();
  ASSERT_THAT(catalog.crawls, SizeIs(kMaxCrawls));
  EXPECT_EQ(catalog.crawls.front().id, last_id);
  EXPECT_EQ(catalog.crawls.back().id, last_id - kMaxCrawls + 1);
  EXPECT_THAT(catalog.crawl_results, SizeIs(kMaxCrawls));
  EXPECT_EQ(catalog.crawl_results.front().crawl_id, last_id);
}

TEST_F(StoreTest, SkippedRecordsAreCountedAndTheirReasonsKept) {
  RecordSet records = MakeRecords(MakeShare("SITE-A", "vo"), Kind::kFlavors, TestTime());
  records.flavors = {MakeFlavor("a")};
  records.skipped_count = 7;
  for (int i = 1; i <= 7; ++i) records.skipped_reasons.push_back("reason " + std::to_string(i));
  Put(records);
  const Catalog catalog = Load();
  EXPECT_EQ(StateOf(OnlyShare(catalog), Kind::kFlavors).skipped_count, 7);
  EXPECT_EQ(catalog.crawl_results.at(0).record_count, 1);
  EXPECT_EQ(catalog.crawl_results.at(0).skipped_count, 7);
  EXPECT_EQ(catalog.crawl_results.at(0).error_message,
            "reason 1; reason 2; reason 3; reason 4; reason 5; and 2 more");
}

TEST_F(StoreTest, SameKindTwiceInACrawlAddsItsRequests) {
  const Share share = MakeShare("SITE-A", "vo");
  for (const int64_t request_count : {3, 4}) {
    ASSERT_TRUE(writer().RecordLogin(crawl_id(), share, TestTime(), request_count).ok());
  }
  const Catalog catalog = Load();
  ASSERT_THAT(catalog.crawl_results, SizeIs(1));
  EXPECT_EQ(catalog.crawl_results[0].request_count, 7);
}

TEST(NextKindState, CountsFailuresInARowFromTheFirst) {
  Attempt failure;
  failure.kind = Kind::kQuotas;
  failure.error = ErrorClass::kDns;
  failure.time = TestTime();
  KindState state = NextKindState(KindState(), failure);
  EXPECT_EQ(state.failing_since, TestTime());
  EXPECT_EQ(state.success_time, absl::InfinitePast());
  failure.time = TestTime() + kHour;
  state = NextKindState(state, failure);
  EXPECT_EQ(state.failing_since, TestTime());
  EXPECT_EQ(state.failure_count, 2);
}

}  // namespace
}  // namespace cis
