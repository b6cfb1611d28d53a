// A crawl from canned answers to a real store, without sockets.

#include "crawler/crawl_cycle.h"

#include <deque>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "crawler/endpoint_gate.h"
#include "crawler/http/http_error.h"
#include "crawler/source/openstack_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/store/sqlite_store.h"
#include "schema/store/store.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One second passes between two looks at it.
class SteppingClock : public Clock {
 public:
  absl::Time Now() const override { return now_ += absl::Seconds(1); }
  void Advance(absl::Duration by) { now_ += by; }
  // What an operator or NTP does: time that passes is not changed by it.
  void Set(absl::Duration by) {
    now_ += by;
    set_ += by;
  }
  absl::Time Steady() const override { return Now() - set_; }

 private:
  mutable absl::Time now_ = SourceTestTime();
  absl::Duration set_;
};

// Carries requests to a FakeSite in the order they were sent.
class FakeTransport : public HttpTransport {
 public:
  explicit FakeTransport(FakeSite* site) : site_(site) {}
  void Send(HttpRequest request, Callback done) override {
    open_.emplace_back(std::move(request), std::move(done));
  }
  absl::Status Run(absl::Time /*deadline*/) override {
    while (!open_.empty()) {
      auto [request, done] = std::move(open_.front());
      open_.pop_front();
      if (++answer_count_ == cancel_after) Cancel();
      if (cancelled_) {
        done(absl::CancelledError("cancelled"));
      } else {
        done(site_->Answer(request));
      }
    }
    return cancelled_ ? absl::CancelledError("cancelled") : absl::OkStatus();
  }
  void Cancel() override { cancelled_ = true; }

  int cancel_after = -1;  // answers

 private:
  FakeSite* site_;
  std::deque<std::pair<HttpRequest, Callback>> open_;
  int answer_count_ = 0;
  bool cancelled_ = false;
};

class CrawlCycleTest : public testing::Test {
 protected:
  // One crawl with a store and a transport of its own, as the program does it.
  absl::StatusOr<CrawlSummary> Crawl(const std::vector<ShareTarget>& targets,
                                     int cancel_after = -1) {
    auto store = OpenStoreWriter(db_);
    EXPECT_TRUE(store.ok()) << store.status();
    FakeTransport transport(&site_);
    transport.cancel_after = cancel_after;
    CrawlCycleOptions options;
    options.make_source = [](const ShareTarget& target) {
      return std::make_unique<OpenStackSource>(target, SourceOptions{});
    };
    options.on_share_done = [this](const ShareOutcome& outcome) { outcomes_.push_back(outcome); };
    const Catalog known = Load();
    if (back_off_) options.gate = EndpointGate(known, clock_.Now());
    std::vector<Share> shares;
    std::map<std::string, Site> sites;
    for (const ShareTarget& target : targets) {
      shares.push_back(target.share);
      sites[target.share.endpoint.site_name].name = target.share.endpoint.site_name;
    }
    std::vector<Site> site_list;
    for (const auto& [name, site] : sites) site_list.push_back(site);
    CrawlCycle cycle(&transport, store->get(), &clock_, std::move(options));
    return cycle.Run(targets, CrawlConfiguration(site_list, shares, &known, true));
  }

  Catalog Load() {
    auto reader = OpenStoreReader(db_);
    EXPECT_TRUE(reader.ok()) << reader.status();
    auto catalog = (*reader)->Load(nullptr);
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return *std::move(catalog);
  }

  // The state of a kind of the only share of a site's endpoint.
  static KindState StateOf(const ShareCatalog& share, Kind kind) {
    for (const KindState& state : share.kinds) {
      if (state.kind == kind) return state;
    }
    return {};
  }

  TempDir dir_;
  std::string db_ = dir_.File("cis.db");
  bool back_off_ = true;
  SteppingClock clock_;
  FakeSite site_ = WorkingSite();
  std::vector<ShareOutcome> outcomes_;
};

TEST_F(CrawlCycleTest, WorkingSiteIsStoredWhole) {
  const auto summary = Crawl({PasswordTarget()});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(CrawlExitCode(*summary, 0), 0);
  EXPECT_EQ(CrawlExitCode(*summary, 1), 3) << "a site file that is wrong is no full success";
  const Catalog catalog = Load();
  ASSERT_EQ(catalog.sites.size(), 1U);
  const EndpointCatalog& endpoint = catalog.sites[0]->endpoints.at(0);
  EXPECT_EQ(endpoint.endpoint.resolved_region, "RegionOne");
  EXPECT_EQ(endpoint.flavors.size(), 2U);
  EXPECT_EQ(endpoint.images.size(), 1U);
  const ShareCatalog& share = endpoint.shares.at(0);
  EXPECT_EQ(share.networks.size(), 1U);
  EXPECT_EQ(share.share.support, VoSupport::kAuthenticated);
  EXPECT_EQ(share.kinds.size(), std::size(kAllKinds));
  ASSERT_EQ(catalog.crawls.size(), 1U);
  EXPECT_EQ(catalog.crawls[0].refreshed_count, 1);
  EXPECT_EQ(catalog.crawls[0].request_count, 12);
  EXPECT_NE(catalog.crawls[0].end_time, absl::InfinitePast());
}

TEST_F(CrawlCycleTest, SecondCrawlChangesNothingButTheTimes) {
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  const Catalog first = Load();
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  const Catalog second = Load();
  ASSERT_EQ(second.sites.size(), 1U);
  const EndpointCatalog& before = first.sites[0]->endpoints.at(0);
  const EndpointCatalog& after = second.sites[0]->endpoints.at(0);
  ASSERT_EQ(after.flavors.size(), before.flavors.size());
  for (size_t i = 0; i < after.flavors.size(); ++i) {
    EXPECT_EQ(after.flavors[i].record, before.flavors[i].record);
    EXPECT_EQ(after.flavors[i].first_seen, before.flavors[i].first_seen);
  }
}

TEST_F(CrawlCycleTest, FailedKindKeepsItsLastGoodDataAndSaysWhy) {
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  const absl::Time success =
      StateOf(Load().sites[0]->endpoints[0].shares[0], Kind::kImages).success_time;
  site_.On(absl::StrCat("GET ", kGlance, "/v2/images?limit=1000"), 503, "<html>");
  const auto summary = Crawl({PasswordTarget()});
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(CrawlExitCode(*summary, 0), 3);
  const Catalog catalog = Load();
  const ShareCatalog& share = catalog.sites[0]->endpoints[0].shares[0];
  EXPECT_EQ(share.image_indexes.size(), 1U);
  const KindState state = StateOf(share, Kind::kImages);
  EXPECT_EQ(state.error, ErrorClass::kServer);
  EXPECT_EQ(state.success_time, success);
  EXPECT_THAT(state.error_message, HasSubstr("503"));
  EXPECT_EQ(StateOf(share, Kind::kFlavors).error, ErrorClass::kNone);
}

TEST_F(CrawlCycleTest, RefusedLoginKeepsTheDataAndIsNoSupport) {
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  site_.On(kTokens, 401, "{\"error\":{}}");
  const auto summary = Crawl({PasswordTarget()});
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(CrawlExitCode(*summary, 0), 4);
  const Catalog catalog = Load();
  const ShareCatalog& share = catalog.sites[0]->endpoints[0].shares[0];
  EXPECT_EQ(share.share.support, VoSupport::kRefused);
  EXPECT_EQ(StateOf(share, Kind::kAuth).error, ErrorClass::kAuth);
  EXPECT_EQ(share.flavor_indexes.size(), 2U);
}

TEST_F(CrawlCycleTest, DeadSiteLeavesTheOthersFresh) {
  ShareTarget dead = PasswordTarget();
  dead.share.endpoint.site_name = "DEAD";
  dead.share.endpoint.keystone_url = "https://dead.example.org";
  site_.Break("POST https://dead.example.org/v3/auth/tokens",
              MakeError(absl::StatusCode::kUnavailable, ErrorClass::kConnect, "refused"));
  const auto summary = Crawl({dead, PasswordTarget()});
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(CrawlExitCode(*summary, 0), 3);
  EXPECT_EQ(summary->share_count, 2);
  EXPECT_EQ(summary->refreshed_count, 1);
  const Catalog catalog = Load();
  ASSERT_EQ(catalog.sites.size(), 2U);
  const ShareCatalog& share = catalog.sites[0]->endpoints.at(0).shares.at(0);
  EXPECT_EQ(StateOf(share, Kind::kAuth).error, ErrorClass::kConnect);
  EXPECT_EQ(share.share.support, VoSupport::kUnknown);
}

std::vector<CatalogRow> TwoRegions() {
  std::vector<CatalogRow> rows;
  for (const char* region : {"A", "B"}) {
    for (const CatalogRow& row : UsualCatalog()) rows.push_back({row.type, region, row.url});
  }
  return rows;
}

std::vector<std::string> ConfiguredRegions(const Catalog& catalog) {
  std::vector<std::string> regions;
  for (const EndpointCatalog& endpoint : catalog.sites.at(0)->endpoints) {
    for (const ShareCatalog& share : endpoint.shares) {
      if (share.share.configured) regions.push_back(share.share.endpoint.region);
    }
  }
  return regions;
}

TEST_F(CrawlCycleTest, EachCompleteRegionBecomesAShareAndStaysOne) {
  site_.On(kTokens, TokenResponse(TwoRegions()));
  for (int i = 0; i < 2; ++i) {
    const auto summary = Crawl({PasswordTarget()});
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->share_count, 2);
    EXPECT_EQ(CrawlExitCode(*summary, 0), 0);
    EXPECT_EQ(ConfiguredRegions(Load()), (std::vector<std::string>{"A", "B"}));
  }
  // The endpoint is down: both regions say so.
  site_.On(kTokens, 503, "");
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  const Catalog down = Load();
  EXPECT_EQ(ConfiguredRegions(down), (std::vector<std::string>{"A", "B"}));
  for (const EndpointCatalog& endpoint : down.sites[0]->endpoints) {
    for (const ShareCatalog& share : endpoint.shares) {
      if (!share.share.configured) continue;
      EXPECT_EQ(StateOf(share, Kind::kAuth).error, ErrorClass::kServer);
    }
  }
  // One region is closed down.
  site_.On(kTokens, TokenResponse(UsualCatalog()));
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  EXPECT_EQ(ConfiguredRegions(Load()), (std::vector<std::string>{""}));
}

TEST_F(CrawlCycleTest, InterruptionIsNoFailureOfASite) {
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  for (int answers = 1; answers < 12; ++answers) {
    const auto summary = Crawl({PasswordTarget()}, answers);
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_TRUE(summary->interrupted);
    EXPECT_EQ(CrawlExitCode(*summary, 0), 1);
    const Catalog catalog = Load();
    EXPECT_EQ(catalog.crawls[0].end_time, absl::InfinitePast());
    const ShareCatalog& share = catalog.sites[0]->endpoints[0].shares[0];
    for (const KindState& state : share.kinds) EXPECT_EQ(state.error, ErrorClass::kNone);
    EXPECT_EQ(share.flavor_indexes.size(), 2U);
  }
}

TEST_F(CrawlCycleTest, SiteThatNoFileNamesAnyMoreIsUnconfigured) {
  ShareTarget other = PasswordTarget();
  other.share.endpoint.site_name = "OTHER";
  ASSERT_TRUE(Crawl({PasswordTarget(), other}).ok());
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  const Catalog catalog = Load();
  ASSERT_EQ(catalog.sites.size(), 2U);
  EXPECT_FALSE(catalog.sites[0]->site.configured) << catalog.sites[0]->site.name;
  EXPECT_FALSE(catalog.sites[0]->endpoints[0].shares[0].share.configured);
  EXPECT_TRUE(catalog.sites[1]->site.configured);
}

TEST_F(CrawlCycleTest, NoSecretIsInTheDatabaseOrInAnyMessage) {
  site_.On(absl::StrCat("GET ", kGlance, "/v2/images?limit=1000"), 401,
           absl::StrCat(R"({"error":{"message":")", kSecretToken, R"("}})"));
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  for (const char* name : {"cis.db", "cis.db-wal"}) {
    std::ifstream in(dir_.File(name), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_THAT(bytes, Not(HasSubstr(kSecretToken)));
    EXPECT_THAT(bytes, Not(HasSubstr(kPassword)));
  }
  auto store = OpenStoreWriter(db_);
  ASSERT_TRUE(store.ok());
  int observation_count = 0;
  ASSERT_TRUE((*store)
                  ->ForEachObservation([&](const Observation& observation) {
                    ++observation_count;
                    for (const Document& document : observation.documents) {
                      EXPECT_THAT(document.body + document.url, Not(HasSubstr(kSecretToken)));
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(observation_count, 3);
}

TEST_F(CrawlCycleTest, SharesPastTheirDeadlineGetNoMoreTime) {
  std::vector<absl::Duration> deadlines;
  const std::string url = absl::StrCat(kNova, "/limits");
  site_.On("GET " + url, [&](const HttpRequest& request) {
    deadlines.push_back(request.deadline);
    return FakeSite::Json(200, R"({"limits":{"absolute":{}}})");
  });
  site_.On(kTokens, [this](const HttpRequest&) {
    clock_.Advance(absl::Minutes(11));
    return TokenResponse(UsualCatalog());
  });
  ASSERT_TRUE(Crawl({PasswordTarget()}).ok());
  ASSERT_EQ(deadlines.size(), 1U);
  EXPECT_EQ(deadlines[0], absl::Milliseconds(1));
}

// Two shares of one endpoint.
std::vector<ShareTarget> TwoShares() {
  std::vector<ShareTarget> targets = {PasswordTarget(), PasswordTarget()};
  targets[1].share.vo = "other-vo";
  return targets;
}

TEST_F(CrawlCycleTest, WhatAnEndpointSaysToAllIsAskedOnce) {
  site_ = WorkingSite();
  const auto summary = Crawl(TwoShares());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 2);
  EXPECT_EQ(summary->shared_count, 1);
  int asked = 0;
  for (const HttpRequest& request : site_.requests) {
    if (absl::EndsWith(request.url, "/extensions")) ++asked;
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(summary->request_count, static_cast<int64_t>(site_.requests.size()));
}

TEST_F(CrawlCycleTest, ARefusalIsNotShared) {
  site_ = WorkingSite();
  const std::string url = absl::StrCat("GET ", kNeutron, "/v2.0/extensions");
  int asked = 0;
  site_.On(url, [&asked](const HttpRequest&) {
    return ++asked == 1 ? FakeSite::Json(500, "{}") : FakeSite::Json(200, R"({"extensions":[]})");
  });
  const auto summary = Crawl(TwoShares());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 1);
  EXPECT_EQ(summary->partial_count, 1);
  EXPECT_EQ(asked, 2);
}

TEST_F(CrawlCycleTest, AnEndpointThatFailsForDaysIsAskedLessOftenAndComesBackAtOnce) {
  site_ = WorkingSite();
  ASSERT_EQ(Crawl(TwoShares())->refreshed_count, 2);
  site_.Break(kTokens, MakeError(absl::StatusCode::kUnavailable, ErrorClass::kConnect, "down"));
  int asked_nights = 0;
  for (int night = 1; night <= 20; ++night) {
    clock_.Advance(absl::Hours(24));
    site_.requests.clear();
    const auto summary = Crawl(TwoShares());
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->share_count, 2);
    EXPECT_EQ(CrawlExitCode(*summary, 0), 4);
    if (!site_.requests.empty()) ++asked_nights;
    // One probe once it is backed off from, and nothing of the other share.
    if (night > 4) {
      EXPECT_LE(site_.requests.size(), 1U) << night;
      EXPECT_GE(summary->backing_off_count, 1) << night;
    }
    // What was good stays.
    const Catalog catalog = Load();
    for (const ShareCatalog& share : catalog.sites.at(0)->endpoints.at(0).shares) {
      EXPECT_EQ(share.flavor_indexes.size(), 2U);
    }
    if (summary->backing_off_count == 0) continue;
    EXPECT_EQ(catalog.crawls.at(0).backing_off_count, summary->backing_off_count);
    EXPECT_EQ(catalog.crawl_results.at(0).crawl_id, catalog.crawls.at(0).id);
    bool told = false;
    for (const CrawlResult& result : catalog.crawl_results) {
      if (result.crawl_id == catalog.crawls.at(0).id && result.error == ErrorClass::kBackingOff) {
        told = absl::StrContains(result.error_message, "next try after");
      }
    }
    EXPECT_TRUE(told);
  }
  EXPECT_GT(asked_nights, 6);
  EXPECT_LT(asked_nights, 15);

  // Who insists asks all.
  back_off_ = false;
  site_.requests.clear();
  EXPECT_EQ(Crawl(TwoShares())->backing_off_count, 0);
  EXPECT_EQ(site_.requests.size(), 2U);
  back_off_ = true;

  // It heals: the first probe brings all shares back in the same crawl, within the longest wait.
  const FakeSite healed = WorkingSite();
  site_ = healed;
  for (int night = 1; night <= 8; ++night) {
    clock_.Advance(absl::Hours(24));
    const auto summary = Crawl(TwoShares());
    ASSERT_TRUE(summary.ok()) << summary.status();
    if (summary->refreshed_count > 0) {
      EXPECT_EQ(summary->refreshed_count, 2);
      EXPECT_EQ(summary->backing_off_count, 0);
      return;
    }
  }
  FAIL() << "the site is starved";
}

TEST_F(CrawlCycleTest, AProbeThatIsRefusedLetsTheOthersIn) {
  site_ = WorkingSite();
  ASSERT_EQ(Crawl(TwoShares())->refreshed_count, 2);
  site_.Break(kTokens, MakeError(absl::StatusCode::kUnavailable, ErrorClass::kConnect, "down"));
  for (int night = 1; night <= 6; ++night) {
    clock_.Advance(absl::Hours(24));
    ASSERT_TRUE(Crawl(TwoShares()).ok());
  }
  clock_.Advance(absl::Hours(24 * 7));
  int logins = 0;
  site_.On(kTokens, [&logins](const HttpRequest&) {
    return ++logins == 1 ? FakeSite::Json(401, R"({"error":{"message":"no"}})")
                         : TokenResponse(UsualCatalog());
  });
  const auto summary = Crawl(TwoShares());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 1);
  EXPECT_EQ(summary->backing_off_count, 0);
}

TEST_F(CrawlCycleTest, AClockThatIsSetInTheMiddleOfACrawlCostsNothing) {
  for (const absl::Duration jump :
       {absl::Hours(24 * 400), absl::Hours(-24 * 400), absl::Minutes(-30)}) {
    site_ = WorkingSite();
    site_.On(kTokens, [this, jump](const HttpRequest&) {
      clock_.Set(jump);
      return TokenResponse(UsualCatalog());
    });
    const auto summary = Crawl({PasswordTarget()});
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->refreshed_count, 1) << jump;
    EXPECT_TRUE(CheckIntegrity(db_).ok()) << CheckIntegrity(db_);
    ASSERT_EQ(Load().sites.at(0)->endpoints.at(0).shares.at(0).flavor_indexes.size(), 2U);
  }
}

TEST_F(CrawlCycleTest, ErrorsAndLimitsAreCountedInTheHistory) {
  site_ = WorkingSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows[1].url = "https://glance.evil.example";
  site_.On(kTokens, TokenResponse(rows));
  site_.On(absl::StrCat("GET ", kNova, "/flavors/detail?limit=1000"), 500, "{}");
  const auto summary = Crawl({PasswordTarget()});
  ASSERT_TRUE(summary.ok()) << summary.status();
  const std::map<std::string, int64_t> errors = {{"policy", 1}, {"server", 1}};
  const LimitHits limits = {{"foreign-host", 1}};
  EXPECT_EQ(summary->error_counts, errors);
  EXPECT_EQ(summary->limit_hits, limits);
  EXPECT_EQ(Load().crawls.at(0).error_counts, errors);
  EXPECT_EQ(Load().crawls.at(0).limit_hits, limits);
}

// A store that takes `writes_left` more writes.
class FailingStore : public StoreWriter {
 public:
  explicit FailingStore(int writes) : writes_left(writes) {}
  absl::StatusOr<int64_t> BeginCrawl(absl::Time) override { return 1; }
  absl::Status EndCrawl(const cis::Crawl&) override { return Write(); }
  absl::Status ReplaceConfiguration(absl::Span<const Site>, absl::Span<const Share>) override {
    return Write();
  }
  absl::Status ReplaceRecords(int64_t, const Observation&, const RecordSet&, int64_t) override {
    return Write();
  }
  absl::Status RecordFailure(int64_t, const Share&, Kind, ErrorClass, absl::string_view, absl::Time,
                             int64_t) override {
    return Write();
  }
  absl::Status RecordNotAsked(int64_t, const Share&, absl::string_view, absl::Time) override {
    return Write();
  }
  absl::Status RecordLogin(int64_t, const Share&, absl::Time, int64_t) override { return Write(); }
  absl::Status ForEachObservation(const std::function<absl::Status(const Observation&)>&) override {
    return absl::OkStatus();
  }
  absl::Status Renormalize(const Observation&, const RecordSet&) override { return Write(); }

  int writes_left;

 private:
  absl::Status Write() {
    return writes_left-- > 0 ? absl::OkStatus() : absl::ResourceExhaustedError("disk full");
  }
};

TEST_F(CrawlCycleTest, StoreThatCannotBeWrittenEndsTheCrawl) {
  for (int writes = 0; writes < 6; ++writes) {
    FailingStore store(writes);
    FakeTransport transport(&site_);
    CrawlCycleOptions options;
    options.make_source = [](const ShareTarget& target) {
      return std::make_unique<OpenStackSource>(target, SourceOptions{});
    };
    CrawlCycle cycle(&transport, &store, &clock_, std::move(options));
    const auto summary = cycle.Run({PasswordTarget()}, CrawlConfiguration());
    EXPECT_EQ(summary.status().code(), absl::StatusCode::kResourceExhausted) << writes;
    EXPECT_EQ(store.writes_left, -1) << "nothing is written after the first error";
  }
}

}  // namespace
}  // namespace cis
