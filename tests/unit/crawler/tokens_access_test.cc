// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "crawler/tokens/access_tokens.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "tests/unit/crawler/tokens_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AccessTokensTest : public testing::Test {
 protected:
  AccessTokensTest() {
    AccessTokensOptions options;
    options.on_rotated = [this](const TokenGrant&, absl::string_view secret) {
      rotated_.emplace_back(secret);
    };
    options.ask_agent = [this](const std::string& socket, absl::string_view) {
      agent_calls_.push_back(socket);
      return agent_answer_;
    };
    tokens_.emplace(&transport_, &clock_, options);
  }

  absl::StatusOr<AccessToken> Get(const TokenGrant& grant) {
    absl::StatusOr<AccessToken> result = absl::UnknownError("done did not run");
    tokens_->Get(grant, [&](const absl::StatusOr<AccessToken>& token) { result = token; });
    EXPECT_TRUE(transport_.Run(absl::InfiniteFuture()).ok());
    return result;
  }
  int RefreshCount() const { return site_.CountOf(kTokenUrl); }

  FakeSite site_;
  FakeTransport transport_{&site_};
  ManualClock clock_;
  std::vector<std::string> rotated_, agent_calls_;
  absl::StatusOr<std::string> agent_answer_ = absl::UnknownError("no agent");
  std::optional<AccessTokens> tokens_;
};

TEST_F(AccessTokensTest, GivenTokenIsUsedToItsEnd) {
  const TokenGrant grant = GivenToken(JwtUntil(clock_.Now() + absl::Seconds(10)));
  EXPECT_TRUE(Get(grant).ok()) << "nobody can renew it, so its last seconds count";
  clock_.Advance(absl::Minutes(90));
  const absl::Status expired = Get(grant).status();
  EXPECT_EQ(GetErrorClass(expired), ErrorClass::kAuth);
  EXPECT_THAT(std::string(expired.message()),
              AllOf(HasSubstr("expired at 2026-01-02T"), HasSubstr("89 min ago"),
                    HasSubstr("oidc_refresh_token"), Not(HasSubstr(grant.access_token))));
  EXPECT_TRUE(Get(GivenToken("opaque")).ok());
  EXPECT_TRUE(site_.requests.empty());
}

TEST_F(AccessTokensTest, RefreshesOnceForAllCallers) {
  AddIssuer(site_, {"first", "second"});
  int done_count = 0;
  for (int i = 0; i < 20; ++i) {
    tokens_->Get(RefreshGrant(), [&](const absl::StatusOr<AccessToken>& token) {
      ASSERT_TRUE(token.ok()) << token.status();
      EXPECT_EQ(token->value, "first");
      ++done_count;
    });
  }
  EXPECT_TRUE(transport_.Run(absl::InfiniteFuture()).ok());
  EXPECT_EQ(done_count, 20);
  EXPECT_EQ(site_.requests.size(), 2U) << "discovery and token";
  EXPECT_EQ(tokens_->request_count(), 2);
}

TEST_F(AccessTokensTest, RenewsBeforeTheEndWithoutDiscoveringAgain) {
  AddIssuer(site_, {"first", "second"}, 3600);
  EXPECT_EQ(Get(RefreshGrant())->value, "first");
  clock_.Advance(absl::Seconds(3600) - kMinAccessTokenLife);
  EXPECT_EQ(Get(RefreshGrant())->value, "first");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Get(RefreshGrant())->value, "second");
  EXPECT_EQ(site_.requests.size(), 3U);
}

TEST_F(AccessTokensTest, TheExpiryOfTheJwtCountsNotThatOfTheIssuer) {
  AddIssuer(site_, {JwtUntil(clock_.Now() + absl::Seconds(300)), "second"}, 3600);
  ASSERT_TRUE(Get(RefreshGrant()).ok());
  clock_.Advance(absl::Seconds(250));
  EXPECT_EQ(Get(RefreshGrant())->value, "second");
}

TEST_F(AccessTokensTest, ShortLivedTokensAreUsedAllTheSame) {
  AddIssuer(site_, {"first", "second"}, 5);
  EXPECT_EQ(Get(RefreshGrant())->value, "first");
  EXPECT_EQ(Get(RefreshGrant())->value, "second");
}

TEST_F(AccessTokensTest, FailedRenewalKeepsWhatStillHolds) {
  AddIssuer(site_, {"first"}, 100);
  EXPECT_EQ(Get(RefreshGrant())->value, "first");
  clock_.Advance(absl::Seconds(70));
  site_.On(absl::StrCat("POST ", kTokenUrl), 503, "busy");
  EXPECT_EQ(Get(RefreshGrant())->value, "first") << "30 s are left";
  const int asked = RefreshCount();
  EXPECT_EQ(Get(RefreshGrant())->value, "first");
  EXPECT_EQ(RefreshCount(), asked) << "no storm";
  clock_.Advance(absl::Seconds(40));
  EXPECT_EQ(GetErrorClass(Get(RefreshGrant()).status()), ErrorClass::kServer);
  EXPECT_EQ(RefreshCount(), asked);
  clock_.Advance(kRenewalPause);
  AddIssuer(site_, {"third"});
  EXPECT_EQ(Get(RefreshGrant())->value, "third") << "tried again after the pause";
}

TEST_F(AccessTokensTest, RotatedRefreshTokenIsUsedNextAndReported) {
  AddIssuer(site_, {});
  std::vector<std::string> bodies;
  site_.On(absl::StrCat("POST ", kTokenUrl), [&](const HttpRequest& request) {
    bodies.push_back(request.body);
    return FakeSite::Json(
        200, absl::StrCat(R"({"access_token":"x","expires_in":5,"refresh_token":"r)", bodies.size(),
                          R"("})"));
  });
  EXPECT_TRUE(Get(RefreshGrant()).ok());
  EXPECT_TRUE(Get(RefreshGrant()).ok());
  EXPECT_THAT(bodies, ElementsAre(HasSubstr(kRefreshTokenSecret), HasSubstr("refresh_token=r1")));
  EXPECT_THAT(rotated_, ElementsAre("r1", "r2"));
}

TEST_F(AccessTokensTest, ATokenThatArrivesExpiredMeansAWrongClock) {
  AddIssuer(site_, {JwtUntil(clock_.Now() - absl::Hours(2))});
  EXPECT_THAT(std::string(Get(RefreshGrant()).status().message()), HasSubstr("clock"));
}

TEST_F(AccessTokensTest, AgentIsAskedOnceWhileItsTokenHolds) {
  TokenGrant grant;
  grant.type = TokenGrant::Type::kOidcAgent;
  grant.account = "egi";
  grant.socket = "/run/agent";
  agent_answer_ = absl::StrCat(R"({"status":"success","access_token":"x","expires_at":)",
                               absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)), "}");
  EXPECT_EQ(Get(grant)->value, "x");
  EXPECT_EQ(Get(grant)->value, "x");
  EXPECT_THAT(agent_calls_, ElementsAre("/run/agent"));
  clock_.Advance(absl::Hours(1));
  agent_answer_ = MakeError(absl::StatusCode::kUnavailable, ErrorClass::kConnect, "nobody listens");
  EXPECT_EQ(GetErrorClass(Get(grant).status()), ErrorClass::kConnect);
}

}  // namespace
}  // namespace cis::crawler
