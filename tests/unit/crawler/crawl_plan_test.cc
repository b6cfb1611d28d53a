// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/crawl_plan.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/builders.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Status AnyFile(const std::string& /*path*/) { return absl::OkStatus(); }

ShareTarget Target(absl::string_view site, absl::string_view vo) {
  ShareTarget target;
  target.share = MakeShare(MakeEndpoint(site), vo);
  target.config_origin = "sites/x.yaml:3";
  target.credentials.type = Credentials::Type::kPassword;
  target.credentials.username = "crawler-user";
  target.credentials.password = "s3cret-word";
  return target;
}

CrawlPlan PlanOf(const std::vector<ShareTarget>& targets, const Catalog* known = nullptr) {
  CrawlPlan plan;
  PlanShares(targets, known, TestTime(), AnyFile, &plan);
  return plan;
}

// An access token of the form that issuers give, which says when it expires.
std::string Jwt(absl::Time expire_time) {
  return absl::StrCat(
      absl::WebSafeBase64Escape(R"({"alg":"RS256"})"), ".",
      absl::WebSafeBase64Escape(absl::StrCat(R"({"iss":"https://i.example.org","exp":)",
                                             absl::ToUnixSeconds(expire_time), "}")),
      ".c2lnbmF0dXJl");
}

TEST(CrawlPlan, PrintsHowAShareLogsInAndNoSecret) {
  ShareTarget given = Target("SITE-A", "ops");
  given.credentials.type = Credentials::Type::kOidcAccessToken;
  given.credentials.grant.access_token = Jwt(TestTime() + absl::Hours(1));
  ShareTarget renewed = given;
  renewed.share.vo = "biomed";
  renewed.credentials.grant = {};
  renewed.credentials.grant.type = TokenGrant::Type::kRefreshToken;
  renewed.credentials.grant.issuer = "https://issuer.example.org";
  renewed.credentials.grant.refresh_token = "s3cret-word";
  const CrawlPlan plan = PlanOf({given, renewed, Target("SITE-B", "ops")});
  EXPECT_EQ(plan.shares[0].login, "OIDC access token as given");
  EXPECT_EQ(plan.shares[1].login, "OIDC refresh token of https://issuer.example.org");
  EXPECT_EQ(plan.shares[2].login, "password");
  EXPECT_EQ(PlanExitCode(plan), 0);
  for (const std::string& text : {FormatPlanText(plan), FormatPlanJson(plan)}) {
    EXPECT_THAT(text, AllOf(HasSubstr("SITE-A"), HasSubstr("biomed"), Not(HasSubstr("s3cret-word")),
                            Not(HasSubstr("crawler-user")),
                            Not(HasSubstr(given.credentials.grant.access_token))));
  }
  EXPECT_THAT(FormatPlanText(plan), HasSubstr("2 sites, 2 endpoints, 3 shares: 3 would be asked."));
}

TEST(CrawlPlan, SharesThatCannotBePolledAreListedWithTheReason) {
  ShareTarget none = Target("SITE-A", "ops");
  none.credentials = {};
  ShareTarget http = Target("SITE-B", "ops");
  http.share.endpoint.keystone_url = "http://keystone.example.org:5000";
  ShareTarget inward = Target("SITE-C", "ops");
  inward.share.endpoint.keystone_url = "https://169.254.169.254";
  ShareTarget expired = Target("SITE-D", "ops");
  expired.credentials.type = Credentials::Type::kOidcAccessToken;
  expired.credentials.grant.access_token = Jwt(TestTime() - absl::Hours(1));
  ShareTarget ca_file = Target("SITE-E", "ops");
  ca_file.ca_file = "/absent/ca.pem";
  CrawlPlan plan;
  PlanShares(
      {none, http, inward, expired, ca_file, Target("SITE-F", "ops")}, nullptr, TestTime(),
      [](const std::string& path) { return absl::NotFoundError(path + ": no such file"); }, &plan);
  EXPECT_EQ(plan.CountOf(PlanState::kCannotBeAsked), 5);
  EXPECT_EQ(plan.shares[0].why, "no credential");
  EXPECT_THAT(plan.shares[1].why, HasSubstr("allow_http"));
  EXPECT_THAT(plan.shares[2].why, HasSubstr("169.254.169.254"));
  EXPECT_THAT(plan.shares[3].why, HasSubstr("expired at "));
  EXPECT_EQ(plan.shares[4].why, "ca_file /absent/ca.pem: no such file");
  EXPECT_EQ(plan.shares[5].state, PlanState::kAsked);
  EXPECT_EQ(PlanExitCode(plan), 3);
  plan.shares.pop_back();
  EXPECT_EQ(PlanExitCode(plan), 4);
}

TEST(CrawlPlan, AProblemBesideSharesThatArePolledIsAPartialSuccess) {
  CrawlPlan plan = PlanOf({Target("SITE-A", "ops")});
  EXPECT_EQ(PlanExitCode(plan), 0);
  plan.problems.emplace_back("sites/y.yaml: it cannot be read");
  EXPECT_EQ(PlanExitCode(plan), 3);
  EXPECT_THAT(FormatPlanText(plan), HasSubstr("Problems\n  sites/y.yaml: it cannot be read\n"));
}

// A login that has failed for `failing`, last tried `since_attempt` ago.
KindState FailingLogin(absl::Duration failing, absl::Duration since_attempt) {
  KindState state = MakeKindState(Kind::kAuth);
  state.error = ErrorClass::kConnect;
  state.attempt_time = TestTime() - since_attempt;
  state.failing_since = TestTime() - since_attempt - failing;
  state.failure_count = 9;
  return state;
}

TEST(CrawlPlan, BackedOffEndpointsAreListedAndDueOnesAreProbed) {
  for (const bool is_due : {false, true}) {
    CatalogBuilder builder;
    const KindState login = FailingLogin(absl::Hours(96), absl::Hours(is_due ? 30 : 2));
    builder.Select("SITE-A", "biomed").SetKind(login);
    builder.Select("SITE-A", "ops").SetKind(login);
    const Catalog known = builder.Build();
    const CrawlPlan plan = PlanOf(
        {Target("SITE-A", "biomed"), Target("SITE-A", "ops"), Target("SITE-B", "ops")}, &known);
    EXPECT_EQ(plan.CountOf(PlanState::kBackingOff), is_due ? 0 : 2);
    EXPECT_EQ(plan.CountOf(PlanState::kWaits), is_due ? 1 : 0) << "one share probes";
    EXPECT_EQ(plan.CountOf(PlanState::kAsked), is_due ? 2 : 1);
    EXPECT_EQ(PlanExitCode(plan), 0) << "each could be asked";
    EXPECT_THAT(plan.shares[1].why, HasSubstr(is_due ? "follows if" : "next attempt after"));
  }
}

TEST(CrawlPlan, NamesOfSitesStayInTheirLine) {
  ShareTarget target = Target("SITE-A", "ops\nfake line");
  EXPECT_THAT(FormatPlanText(PlanOf({target})), Not(HasSubstr("\nfake")));
}

}  // namespace
}  // namespace cis::crawler
