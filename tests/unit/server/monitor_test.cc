// SPDX-License-Identifier: Apache-2.0
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/monitor/metrics.h"
#include "server/monitor/monitor_handler.h"
#include "server/monitor/pages.h"
#include "server/monitor/standing.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr FreshnessPolicy kPolicy;

std::shared_ptr<const Snapshot> TwoShares() {
  CatalogBuilder builder;
  builder.Select("CESGA", "ops");
  builder.Select("CESGA", "dteam");
  return Snapshot::Build(builder.Build(7));
}

TEST(Standing, WithoutSnapshotNothingIsServed) {
  const Standing standing = StandingOf(nullptr, {}, true, TestTime(), kPolicy);
  EXPECT_FALSE(standing.is_serving);
  EXPECT_EQ(standing.share_count.size(), 4U);
  EXPECT_EQ(standing.oldest_observe_time, absl::InfinitePast());
}

TEST(Standing, SharesAreCountedByTheirWorstState) {
  const auto snapshot = TwoShares();
  const Standing fresh = StandingOf(snapshot.get(), {}, true, TestTime() + absl::Hours(1), kPolicy);
  EXPECT_TRUE(fresh.is_serving);
  EXPECT_EQ(fresh.generation, 7);
  EXPECT_EQ(fresh.site_count, 1);
  EXPECT_EQ(fresh.share_count.at(DataState::kFresh), 2);
  EXPECT_EQ(fresh.oldest_observe_time, TestTime());
  const Standing later =
      StandingOf(snapshot.get(), {}, true, TestTime() + absl::Hours(48), kPolicy);
  EXPECT_EQ(later.share_count.at(DataState::kFresh), 0);
  EXPECT_EQ(later.share_count.at(DataState::kStale), 2);
}

TEST(Standing, ADrainingServerDoesNotServe) {
  EXPECT_FALSE(StandingOf(TwoShares().get(), {}, false, TestTime(), kPolicy).is_serving);
}

TEST(Metrics, TextHasRequestsAndStanding) {
  Metrics metrics("1.2.3");
  metrics.Count("ListSites", absl::StatusCode::kOk, absl::Milliseconds(2));
  metrics.Count("ListSites", absl::StatusCode::kOk, absl::Milliseconds(3));
  metrics.Count("GetSite", absl::StatusCode::kNotFound, absl::Microseconds(50));
  metrics.CountRefusal("SERVER_BUSY");
  metrics.CountToken("TOKEN_EXPIRED");
  const std::string text =
      metrics.Text(StandingOf(TwoShares().get(), {}, true, TestTime() + absl::Hours(1), kPolicy));
  EXPECT_THAT(text, HasSubstr("cis_requests_total{code=\"ok\",method=\"ListSites\"} 2"));
  EXPECT_THAT(text, HasSubstr("cis_requests_total{code=\"not_found\",method=\"GetSite\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_requests_refused_total{reason=\"server_busy\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_token_verifications_total{result=\"token_expired\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_request_seconds_count{method=\"ListSites\"} 2"));
  EXPECT_THAT(text, HasSubstr("cis_request_seconds_bucket{method=\"ListSites\",le=\"0.0025\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_build_info{version=\"1.2.3\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_serving 1"));
  EXPECT_THAT(text, HasSubstr("cis_shares{state=\"fresh\"} 2"));
  EXPECT_THAT(text, HasSubstr("cis_shares{state=\"missing\"} 0"));
  EXPECT_THAT(text, HasSubstr("cis_oldest_observation_timestamp_seconds 1767323045"));
}

TEST(Metrics, WhatNeverHappenedHasNoValue) {
  const Metrics metrics("1");
  const std::string text = metrics.Text(StandingOf(nullptr, {}, true, TestTime(), kPolicy));
  EXPECT_THAT(text, HasSubstr("cis_serving 0"));
  EXPECT_THAT(text, Not(HasSubstr("cis_last_crawl_end_timestamp_seconds 0")));
}

TEST(Metrics, TextHasSitesCrawlAndRefresh) {
  CatalogBuilder builder;
  builder.Select("CESGA", "ops");
  builder.Select("IFCA", "ops");
  KindState failed;
  failed.kind = Kind::kImages;
  failed.error = ErrorClass::kTimeout;
  failed.success_time = TestTime();
  builder.SetKind(failed);
  Catalog catalog = builder.Build(7);
  Crawl crawl;
  crawl.start_time = TestTime();
  crawl.end_time = TestTime() + absl::Seconds(90);
  crawl.share_count = 10;
  crawl.refreshed_count = 6;
  crawl.failed_count = 4;
  crawl.backing_off_count = 3;
  Crawl under_way;
  under_way.start_time = TestTime() + absl::Hours(1);
  catalog.crawls = {under_way, crawl};
  RefreshState refresh;
  refresh.publish_time = absl::FromUnixSeconds(1000);
  refresh.build_duration = absl::Milliseconds(250);
  refresh.failing_since = absl::FromUnixSeconds(2000);
  const auto snapshot = Snapshot::Build(std::move(catalog));
  const std::string text = Metrics("1").Text(
      StandingOf(snapshot.get(), refresh, true, TestTime() + absl::Hours(2), kPolicy));
  EXPECT_THAT(text, HasSubstr("cis_site_shares{site=\"CESGA\",state=\"fresh\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_site_shares{site=\"CESGA\",state=\"expired\"} 0"));
  EXPECT_THAT(text, HasSubstr("cis_site_failures{site=\"IFCA\",error=\"timeout\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("cis_site_failures{site=\"CESGA\"")));
  EXPECT_THAT(text, HasSubstr("cis_last_crawl_duration_seconds 90"));
  EXPECT_THAT(text, HasSubstr("cis_last_crawl_shares{result=\"refreshed\"} 6"));
  EXPECT_THAT(text, HasSubstr("cis_last_crawl_shares{result=\"failed\"} 1"));
  EXPECT_THAT(text, HasSubstr("cis_last_crawl_shares{result=\"backing_off\"} 3"));
  EXPECT_THAT(text, HasSubstr("cis_snapshot_publish_timestamp_seconds 1000"));
  EXPECT_THAT(text, HasSubstr("cis_snapshot_build_seconds 0.25"));
  EXPECT_THAT(text, HasSubstr("cis_refresh_failing_since_timestamp_seconds 2000"));
}

TEST(MonitorPages, HealthSaysThatTheDatabaseCannotBeRead) {
  const Metrics metrics("1");
  Standing standing;
  bool accepts = true;
  const HttpPages pages = MonitorPages(
      metrics, [&standing] { return standing; }, [&accepts] { return accepts; });
  EXPECT_EQ(pages.at("/healthz")({}).body, "ok\n");
  standing.refresh.problem = "/var/lib/cis.db is damaged";
  standing.refresh.failing_since = TestTime();
  const HttpReply reply = pages.at("/healthz")({});
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("degraded: the database has not been read since 20"));
  EXPECT_THAT(reply.body, Not(HasSubstr("/var/lib")));
}

TEST(MonitorPages, ReadyOnlyWhileServing) {
  const Metrics metrics("1");
  Standing standing;
  bool accepts = true;
  const HttpPages pages = MonitorPages(
      metrics, [&standing] { return standing; }, [&accepts] { return accepts; });
  EXPECT_EQ(pages.at("/healthz")({}).status, 200);
  EXPECT_EQ(pages.at("/readyz")({}).status, 503);
  standing.is_serving = true;
  EXPECT_EQ(pages.at("/readyz")({}).status, 200);
  accepts = false;
  EXPECT_EQ(pages.at("/readyz")({}).status, 503);
  EXPECT_THAT(pages.at("/readyz")({}).body, HasSubstr("does not accept connections"));
  EXPECT_THAT(pages.at("/metrics")({}).content_type, HasSubstr("version=0.0.4"));
}

class MonitorHandlerTest : public ::testing::Test {
 protected:
  MonitorHandlerTest() {
    Policy policy;
    policy.is_given = true;
    Rule rule;
    rule.who.kind = Who::Kind::kCertificateSubject;
    rule.who.text = "CN=monitoring";
    rule.may.operation = true;
    policy.rules = {rule};
    access_.SetPolicy(std::make_shared<const Policy>(std::move(policy)));
  }

  static Access::Options Options() {
    static const SystemClock clock;
    Access::Options options;
    options.clock = &clock;
    return options;
  }

  HttpReply Ask(const std::string& path, const HttpPeer& peer, const HttpHeaders& headers = {}) {
    const auto request = std::make_shared<HttpRequest>();
    request->method = "GET";
    request->path = path;
    request->peer = peer;
    request->headers = headers;
    HttpReply reply;
    MonitorHandler(MonitorPages(
                       metrics_, [] { return Standing(); }, [] { return true; }),
                   &access_)(request, [&reply](HttpReply given) { reply = std::move(given); });
    return reply;
  }

  const Metrics metrics_{"1"};
  Access access_{Options()};
};

TEST_F(MonitorHandlerTest, MetricsAreForCallersWithTheRightOperation) {
  HttpPeer stranger;
  stranger.address = "192.0.2.1";
  const HttpReply refused = Ask("/metrics", stranger);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("must grant you `operation`"));
  EXPECT_THAT(refused.body, Not(HasSubstr("cis_")));
  EXPECT_EQ(Ask("/healthz", stranger).status, 200);

  HttpPeer monitoring = stranger;
  monitoring.has_certificate = true;
  monitoring.certificate_subject = "CN=monitoring";
  EXPECT_THAT(Ask("/metrics", monitoring).body, HasSubstr("cis_serving 0"));

  HttpPeer socket;
  socket.is_unix = true;
  EXPECT_THAT(Ask("/metrics", socket).body, HasSubstr("cis_serving 0"));
}

TEST_F(MonitorHandlerTest, ABrowserThatIsMadeToAskForAWebPageIsNotOfThisMachine) {
  HttpPeer local;
  local.address = "127.0.0.1";
  local.is_loopback = true;
  EXPECT_EQ(Ask("/metrics", local, {{"Host", "127.0.0.1:9090"}}).status, 200);
  EXPECT_EQ(Ask("/metrics", local, {{"Host", "evil.example.org"}}).status, 403);
  EXPECT_EQ(
      Ask("/metrics", local, {{"Host", "localhost"}, {"X-Forwarded-For", "192.0.2.1"}}).status,
      403);
}

TEST_F(MonitorHandlerTest, ATokenThatIsRefusedSaysHowToLogIn) {
  HttpPeer stranger;
  stranger.address = "192.0.2.1";
  const HttpReply reply = Ask("/metrics", stranger, {{"Authorization", "Bearer abc"}});
  EXPECT_EQ(reply.status, 401);
  EXPECT_THAT(reply.headers, ::testing::ElementsAre(::testing::Pair("WWW-Authenticate", "Bearer")));
}

}  // namespace
}  // namespace cis::server
