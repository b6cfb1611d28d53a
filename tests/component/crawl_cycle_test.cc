// SPDX-License-Identifier: Apache-2.0

// A crawl from canned answers to a real store, without sockets.

#include "crawler/crawl/crawl_cycle.h"

#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/crawl/configuration.h"
#include "crawler/crawl/endpoint_gate.h"
#include "crawler/normalize/normalizer.h"
#include "crawler/registry/site_problems.h"
#include "crawler/source/openstack_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "schema/store/sqlite_store.h"
#include "schema/store/store.h"
#include "tests/support/builders.h"
#include "tests/support/compiled_rules.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/crawler/source_fixture.h"
#include "tests/unit/crawler/tokens_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One second passes between two readings of the clock.
class SteppingClock : public Clock {
 public:
  absl::Time Now() const override { return now_ += absl::Seconds(1); }
  void Advance(absl::Duration by) { now_ += by; }
  // Sets the clock, as an operator or NTP does; the steady time is not changed by it.
  void Set(absl::Duration by) {
    now_ += by;
    set_ += by;
  }
  absl::Time Steady() const override { return Now() - set_; }

 private:
  mutable absl::Time now_ = SourceTestTime();
  absl::Duration set_;
};

class CrawlCycleTest : public testing::Test {
 protected:
  // Runs one crawl with its own store and transport, as the program does.
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
    AccessTokens access_tokens(&transport, &clock_, {});
    UnscopedLogins logins(&transport, &access_tokens, &clock_, SourceOptions{});
    options.logins = &logins;
    ProjectDiscovery discovery(&transport, &logins, &clock_, SourceOptions{});
    if (discover_) options.discovery = &discovery;
    options.discovered_vos = discovered_vos_;
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
    CrawlCycle cycle(&transport, store->get(), &clock_, CompiledRules(), std::move(options));
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
  bool discover_ = false;
  std::vector<std::string> discovered_vos_;
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
  EXPECT_EQ(catalog.crawls[0].request_count, 15);
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

TEST_F(CrawlCycleTest, RefusedLoginKeepsTheDataAndMeansNoSupport) {
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
  // The endpoint is down in both regions.
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

TEST_F(CrawlCycleTest, InterruptionDoesNotCountAsAFailureOfTheSite) {
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

TEST_F(CrawlCycleTest, SiteThatIsNoLongerInAnyFileBecomesUnconfigured) {
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

// Two VOs of one endpoint; `grant` is the crawler's for both.
std::vector<ShareTarget> FederatedTargets(const TokenGrant& grant) {
  return {FederatedTarget(grant, "vo-a"), FederatedTarget(grant, "vo-b")};
}

TEST_F(CrawlCycleTest, FederatedSharesLogInOnceTogetherAndTheProtocolIsRemembered) {
  site_.On(FederationUrl("openid"), 404, R"({"error":{"code":404,"message":"no protocol"}})");
  site_.On(FederationUrl("oidc"), UnscopedResponse("unscoped", clock_.Now() + absl::Hours(1)));
  std::vector<ShareTarget> targets = FederatedTargets(GivenToken("opaque"));
  const auto summary = Crawl(targets);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 2);
  EXPECT_EQ(summary->request_count, 2 + 15 + 12)
      << "both protocols, then as with a password; what an endpoint answers alike to all is asked "
         "once";
  const Catalog catalog = Load();
  EXPECT_EQ(catalog.sites[0]->endpoints.at(0).endpoint.protocol, "oidc");

  site_.requests.clear();
  RememberEndpoints(catalog, &targets);
  ASSERT_TRUE(Crawl(targets).ok());
  EXPECT_EQ(site_.CountOf(FederationUrl("openid").substr(5)), 0);
  EXPECT_EQ(site_.CountOf(FederationUrl("oidc").substr(5)), 1);
}

TEST_F(CrawlCycleTest, RefusedFederatedLoginIsTheReasonOfEveryShare) {
  site_.On(FederationUrl("openid"), 401, R"({"error":{"code":401,"message":"no"}})");
  const auto summary = Crawl(FederatedTargets(GivenToken("opaque")));
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(CrawlExitCode(*summary, 0), 4);
  EXPECT_EQ(site_.requests.size(), 1U);
  const Catalog catalog = Load();
  const EndpointCatalog& endpoint = catalog.sites.at(0)->endpoints.at(0);
  ASSERT_EQ(endpoint.shares.size(), 2U);
  for (const ShareCatalog& share : endpoint.shares) {
    const KindState auth = StateOf(share, Kind::kAuth);
    EXPECT_EQ(auth.error, ErrorClass::kForbidden);
    EXPECT_THAT(auth.error_message, HasSubstr("Keystone rejected the access token"));
    EXPECT_EQ(share.share.support, VoSupport::kUnknown);
  }
}

TEST_F(CrawlCycleTest, LongFederatedCrawlRenewsAccessTokenAndLoginOnceForAll) {
  AddIssuer(site_, {"access-1", "access-2"}, 3600);
  std::vector<std::string> bearers;
  site_.On(FederationUrl("openid"), [&](const HttpRequest& request) {
    bearers.push_back(request.headers.back().value);
    return UnscopedResponse(absl::StrCat("unscoped-", bearers.size()),
                            clock_.Now() + absl::Minutes(50));
  });
  site_.On(kTokens, [](const HttpRequest& request) {
    HttpResponse response = TokenResponse(UsualCatalog());
    response.headers.back().value =
        request.body.find("unscoped-1") == std::string::npos ? "scoped-2" : "scoped-1";
    return response;
  });
  // Nova has slept until long after the first tokens' end.
  bool slept = false;
  site_.On(absl::StrCat("GET ", kNova, "/limits"), [&](const HttpRequest& request) {
    if (!std::exchange(slept, true)) clock_.Advance(absl::Hours(2));
    for (const HttpHeader& header : request.headers) {
      if (header.value == "scoped-1") return FakeSite::Json(401, R"({"error":{}})");
    }
    return FakeSite::Json(200, R"({"limits":{"absolute":{"maxTotalCores":20}}})");
  });
  const auto summary = Crawl(FederatedTargets(RefreshGrant()));
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 2);
  EXPECT_THAT(bearers, testing::ElementsAre("Bearer access-1", "Bearer access-2"));
  EXPECT_EQ(site_.CountOf(kTokenUrl), 2) << "one renewal for both shares";
}

TEST_F(CrawlCycleTest, InterruptedFederatedLoginDoesNotCountAsAFailureOfTheSite) {
  site_.On(FederationUrl("openid"), UnscopedResponse("unscoped", clock_.Now() + absl::Hours(1)));
  const auto summary = Crawl(FederatedTargets(GivenToken("opaque")), /*cancel_after=*/1);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_TRUE(summary->interrupted);
  const Catalog catalog = Load();
  for (const ShareCatalog& share : catalog.sites.at(0)->endpoints.at(0).shares) {
    EXPECT_EQ(StateOf(share, Kind::kAuth).error, ErrorClass::kNone);
  }
}

// Two shares of one endpoint.
std::vector<ShareTarget> TwoShares() {
  std::vector<ShareTarget> targets = {PasswordTarget(), PasswordTarget()};
  targets[1].share.vo = "other-vo";
  return targets;
}

TEST_F(CrawlCycleTest, AnswersThatAreTheSameForAllSharesAreRequestedOncePerEndpoint) {
  site_ = WorkingSite();
  const auto summary = Crawl(TwoShares());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 2);
  EXPECT_EQ(summary->shared_count, 3);
  for (const char* end : {"/extensions", "/os-availability-zone", "&visibility=community"}) {
    int asked = 0;
    for (const HttpRequest& request : site_.requests) {
      if (absl::EndsWith(request.url, end)) ++asked;
    }
    EXPECT_EQ(asked, 1) << end;
  }
  EXPECT_EQ(summary->request_count, static_cast<int64_t>(site_.requests.size()));
}

TEST_F(CrawlCycleTest, ARefusalIsNotSharedBetweenShares) {
  site_ = WorkingSite();
  const std::string url = absl::StrCat("GET ", kNeutron, "/v2.0/extensions");
  int asked = 0;
  site_.On(url, [&asked](const HttpRequest&) {
    return ++asked == 1 ? FakeSite::Json(500, "{}") : FakeSite::Json(200, R"({"extensions":[]})");
  });
  const auto summary = Crawl(TwoShares());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 2);
  EXPECT_EQ(asked, 2);
  int remark_count = 0;
  const Catalog catalog = Load();
  for (const ShareCatalog& share : catalog.sites.at(0)->endpoints.at(0).shares) {
    remark_count += static_cast<int>(StateOf(share, Kind::kNetworks).remarks.size());
  }
  EXPECT_EQ(remark_count, 1);
}

// If a site does not have something, that is true for all its shares.
TEST_F(CrawlCycleTest, AnAbsenceIsShared) {
  site_ = WorkingSite();
  const std::string url = absl::StrCat(kNova, "/os-availability-zone");
  site_.On(absl::StrCat("GET ", url), 404, "{}");
  const auto summary = Crawl(TwoShares());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->refreshed_count, 2);
  EXPECT_EQ(site_.CountOf(url), 1);
  const Catalog catalog = Load();
  for (const ShareCatalog& share : catalog.sites.at(0)->endpoints.at(0).shares) {
    EXPECT_THAT(
        StateOf(share, Kind::kQuotas).remarks,
        testing::ElementsAre("nova_zones: HTTP 404; availability zones of machines stay unknown"));
  }
}

// The URL where the API was found is stored with the endpoint, and the next crawl uses it.
TEST_F(CrawlCycleTest, WhereAnApiWasFoundIsRemembered) {
  site_ = WorkingSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  const std::string dead = absl::StrCat(kGlance, "/v1");
  rows[1].url = dead;
  site_.On(kTokens, TokenResponse(rows));
  ASSERT_EQ(Crawl({PasswordTarget()})->refreshed_count, 1);
  EXPECT_EQ(site_.CountOf(absl::StrCat(dead, "/images?limit=1000")), 1);
  std::vector<ShareTarget> targets = {PasswordTarget()};
  RememberEndpoints(Load(), &targets);
  ASSERT_EQ(Crawl(targets)->refreshed_count, 1);
  EXPECT_EQ(site_.CountOf(absl::StrCat(dead, "/images?limit=1000")), 1);
  EXPECT_EQ(site_.CountOf(absl::StrCat(kGlance, "/")), 1);
}

// Remarks follow from the stored observation, so they are the same whenever it is read.
TEST_F(CrawlCycleTest, RemarksFollowFromTheStoredObservation) {
  site_ = WorkingSite();
  site_.On(absl::StrCat("GET ", kNeutron, "/v2.0/routers?limit=1000"), 500, "{}");
  ASSERT_EQ(Crawl({PasswordTarget()})->refreshed_count, 1);
  const std::vector<std::string> remarks =
      StateOf(Load().sites.at(0)->endpoints.at(0).shares.at(0), Kind::kNetworks).remarks;
  EXPECT_THAT(remarks, testing::ElementsAre("routers: HTTP 500; routers stay unknown"));
  std::vector<std::string> again;
  const auto store = OpenStoreWriter(db_);
  ASSERT_TRUE(store.ok()) << store.status();
  const auto read = [&](const Observation& observation) -> absl::Status {
    const absl::StatusOr<RecordSet> records = Normalize(CompiledRules(), observation);
    if (records.ok() && observation.kind == Kind::kNetworks) again = records->remarks;
    return records.status();
  };
  ASSERT_TRUE((*store)->ForEachObservation(read).ok());
  EXPECT_EQ(again, remarks);
}

TEST_F(CrawlCycleTest, AnEndpointThatFailsForDaysIsPolledLessOftenAndRecoversAtOnce) {
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
    // One probe once it is backed off from, and no request for the other share.
    if (night > 4) {
      EXPECT_LE(site_.requests.size(), 1U) << night;
      EXPECT_GE(summary->backing_off_count, 1) << night;
    }
    // Good data stays.
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
        told = absl::StrContains(result.error_message, "next attempt after");
      }
    }
    EXPECT_TRUE(told);
  }
  EXPECT_GT(asked_nights, 6);
  EXPECT_LT(asked_nights, 15);

  // Without back-off, every share is asked.
  back_off_ = false;
  site_.requests.clear();
  EXPECT_EQ(Crawl(TwoShares())->backing_off_count, 0);
  EXPECT_EQ(site_.requests.size(), 2U);
  back_off_ = true;

  // The site recovers: the first probe brings all shares back in the same crawl, within the longest
  // wait.
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

TEST_F(CrawlCycleTest, ARefusedProbeStillLetsTheOtherSharesBePolled) {
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

TEST_F(CrawlCycleTest, AClockThatIsSetDuringACrawlLosesNothing) {
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

// A store that accepts `writes_left` more writes.
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
  absl::Status ReplaceRegistry(const RegistryUpdate&) override { return Write(); }
  absl::Status RecordRegistryFailure(RegistryPart, ErrorClass, absl::string_view,
                                     absl::Time) override {
    return Write();
  }
  absl::Status ReplaceSiteProblems(absl::Span<const SiteProblem>, absl::Time) override {
    return Write();
  }
  absl::Status PutOffers(const Share&, absl::Span<const OfferedProject>, absl::Time) override {
    return Write();
  }
  absl::Status DropOffers(const Share&, absl::Time) override { return Write(); }
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

// A Keystone that accepts a federated user and offers `projects`.
class DiscoveryTest : public CrawlCycleTest {
 protected:
  DiscoveryTest() {
    discover_ = true;
    site_.On(FederationUrl("openid"),
             UnscopedResponse(kUnscoped, SourceTestTime() + absl::Hours(8)));
    site_.On(kTokens, [](const HttpRequest& request) {
      return TokenResponse(UsualCatalog(), absl::StrContains(request.body, "\"p2\"") ? "p2" : "p1");
    });
    Offer(R"({"id":"p1","name":"one","enabled":true,"egi.VO":"the-vo"},)"
          R"({"id":"p2","name":"two","enabled":true,"egi.VO":"biomed"},)"
          R"({"id":"p3","name":"three","enabled":true},)"
          R"({"id":"p4","name":"four","enabled":false,"egi.VO":"ops"})");
  }
  void Offer(absl::string_view projects) {
    site_.OnGet(kProjects, absl::StrCat(R"({"links":{"next":null},"projects":[)", projects, "]}"));
  }
  static ShareTarget Target() { return FederatedTarget(GivenToken("opaque")); }
  // "vo project", with a mark.
  std::vector<std::string> Shares() {
    std::vector<std::string> shares;
    const Catalog catalog = Load();
    for (const ShareCatalog& entry : catalog.sites.at(0)->endpoints.at(0).shares) {
      const Share& share = entry.share;
      shares.push_back(absl::StrCat(share.vo, " ", share.project_id,
                                    share.discovered ? " discovered" : "",
                                    share.configured ? "" : " gone"));
    }
    return shares;
  }

  static constexpr char kUnscoped[] = "very-secret-unscoped-token";
  static constexpr char kProjects[] = "https://site.example.org:5000/v3/auth/projects";
};

// A discovered share is not asked while no login works: its last, successful login is no reason to
// keep asking.
TEST_F(DiscoveryTest, DiscoveredSharesKeepNoEndpointThatIsDownFromBeingBackedOff) {
  ASSERT_TRUE(Crawl({Target()}).ok());
  ASSERT_EQ(Shares().size(), 2U);
  site_.Break(FederationUrl("openid"),
              MakeError(absl::StatusCode::kUnavailable, ErrorClass::kConnect, "down"));
  int quiet_nights = 0;
  for (int night = 1; night <= 12; ++night) {
    clock_.Advance(absl::Hours(24));
    site_.requests.clear();
    const auto summary = Crawl({Target()});
    ASSERT_TRUE(summary.ok()) << summary.status();
    if (site_.requests.empty()) ++quiet_nights;
    EXPECT_LE(site_.requests.size(), 1U) << night;
  }
  EXPECT_GT(quiet_nights, 1);
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2 discovered", "the-vo p1"));
}

TEST_F(DiscoveryTest, ProjectThatNamesItsVoBecomesAShareAndTheOthersAreNoted) {
  const auto summary = Crawl({Target()});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->share_count, 2);
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2 discovered", "the-vo p1"));
  EXPECT_EQ(site_.CountOf(kProjects), 1);
  const Catalog catalog = Load();
  const EndpointCatalog& endpoint = catalog.sites[0]->endpoints[0];
  ASSERT_EQ(endpoint.offered_projects.size(), 3U) << "without the disabled one";
  EXPECT_EQ(endpoint.offered_projects[1].vo, "biomed");
  EXPECT_EQ(endpoint.shares[0].share.support, VoSupport::kAuthenticated) << "it was crawled";
  EXPECT_EQ(endpoint.shares[0].flavor_indexes.size(), 2U);
  for (const HttpRequest& request : site_.requests) {
    EXPECT_THAT(request.url, Not(HasSubstr(kUnscoped)));
  }
}

TEST_F(DiscoveryTest, TwoSharesOfOneLoginListProjectsOnce) {
  ShareTarget other = FederatedTarget(GivenToken("opaque"), "biomed");
  other.share.project_id = other.share.project_key = "p2";
  const auto summary = Crawl({Target(), other});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(site_.CountOf(kProjects), 1);
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2", "the-vo p1"));
}

TEST_F(DiscoveryTest, DiscoveredShareStaysUntilItIsNoLongerOffered) {
  ASSERT_TRUE(Crawl({Target()}).ok());
  ASSERT_TRUE(Crawl({Target()}).ok());
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2 discovered", "the-vo p1"));
  // A list that cannot be read has no effect.
  site_.On(absl::StrCat("GET ", kProjects), 500, "{}");
  ASSERT_TRUE(Crawl({Target()}).ok());
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2 discovered", "the-vo p1"));
  EXPECT_EQ(Load().sites[0]->endpoints[0].offered_projects.size(), 3U);
  Offer(R"({"id":"p1","name":"one"})");
  ASSERT_TRUE(Crawl({Target()}).ok());
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2 discovered gone", "the-vo p1"));
  EXPECT_EQ(Load().sites[0]->endpoints[0].offered_projects.size(), 1U);
}

TEST_F(DiscoveryTest, AProjectThatASiteFileNamesLosesTheDiscoveredLabel) {
  ASSERT_TRUE(Crawl({Target()}).ok());
  ShareTarget named = FederatedTarget(GivenToken("opaque"), "biomed");
  named.share.project_id = named.share.project_key = "p2";
  ASSERT_TRUE(Crawl({Target(), named}).ok());
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2", "the-vo p1"));
}

TEST_F(DiscoveryTest, ProjectsOfOtherVosAreRecordedAndNotCrawled) {
  discovered_vos_ = {"the-vo"};
  const auto summary = Crawl({Target()});
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->share_count, 1);
  EXPECT_THAT(Shares(), ::testing::ElementsAre("biomed p2 discovered", "the-vo p1"));
}

TEST_F(DiscoveryTest, ConfiguredProjectThatIsNotOfferedIsUnknown) {
  Offer(R"({"id":"p7","name":"seven"})");
  site_.On(kTokens, 403, R"({"error":{"code":403,"message":"no role"}})");
  ASSERT_TRUE(Crawl({Target()}).ok());
  std::vector<std::string> codes;
  for (const SiteProblem& problem : FindSiteProblems(Load())) codes.push_back(problem.code);
  EXPECT_THAT(codes, ::testing::ElementsAre("PROJECT_UNKNOWN", "PROJECT_NOT_IN_FILES"));
}

TEST_F(DiscoveryTest, RefusedLoginSendsNoFurtherRequests) {
  site_.On(FederationUrl("openid"), 401, "");
  ASSERT_TRUE(Crawl({Target()}).ok());
  EXPECT_EQ(site_.CountOf(kProjects), 0);
  EXPECT_TRUE(Load().sites[0]->endpoints[0].offered_projects.empty());
}

TEST(ParseOfferedProjects, AnythingButAListIsAnError) {
  Answer answer;
  answer.url = "https://k.example.org/v3/auth/projects";
  answer.response = FakeSite::Json(200, R"({"projects":{}})");
  EXPECT_EQ(GetErrorClass(ParseOfferedProjects(answer, "t").status()), ErrorClass::kParse);
  std::string many;
  for (size_t i = 0; i <= kMaxOfferedProjects; ++i) many += many.empty() ? "{}" : ",{}";
  answer.response = FakeSite::Json(200, absl::StrCat(R"({"projects":[)", many, "]}"));
  EXPECT_EQ(GetErrorClass(ParseOfferedProjects(answer, "t").status()), ErrorClass::kLimit);
  answer.response =
      FakeSite::Json(200, R"({"projects":[7,{"name":"no id"},{"id":"p","egi.VO":["list"]}]})");
  const auto projects = ParseOfferedProjects(answer, "t");
  ASSERT_TRUE(projects.ok()) << projects.status();
  ASSERT_EQ(projects->size(), 1U);
  EXPECT_EQ((*projects)[0].vo, "");
}

TEST_F(CrawlCycleTest, StoreThatCannotBeWrittenEndsTheCrawl) {
  for (int writes = 0; writes < 6; ++writes) {
    FailingStore store(writes);
    FakeTransport transport(&site_);
    CrawlCycleOptions options;
    options.make_source = [](const ShareTarget& target) {
      return std::make_unique<OpenStackSource>(target, SourceOptions{});
    };
    CrawlCycle cycle(&transport, &store, &clock_, CompiledRules(), std::move(options));
    const auto summary = cycle.Run({PasswordTarget()}, CrawlConfiguration());
    EXPECT_EQ(summary.status().code(), absl::StatusCode::kResourceExhausted) << writes;
    EXPECT_EQ(store.writes_left, -1) << "nothing is written after the first error";
  }
}

}  // namespace
}  // namespace cis::crawler
